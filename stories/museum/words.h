! ===========================================================================
!  words.h -- from a line of typing to (action, noun, second)
! ---------------------------------------------------------------------------
!  The compiler writes two tables that we lean on:
!
!    the dictionary, where byte #dict_par1 of a word says what it is
!      (1 verb, 2 verb of the "meta" kind, 4 plural, 8 preposition, 128 noun)
!      and byte #dict_par2 is 255 minus its verb number;
!
!    the grammar, which opens static memory (header word 7): one pointer for
!      each verb to "count of lines", then lines made of a word (the action
!      number in its low ten bits, bit 10 for "swap the nouns") and three-byte
!      tokens, ended by a byte of 15.  A token's low four bits say its kind
!      (1 a noun of some sort, 2 a preposition); $20 means "or else the next
!      token", $10 "or else the one before".
!
!  Everything else -- which object a phrase means, what to ask when it means
!  two, what to say when it means none -- is done here.
! ===========================================================================

Constant LINE_MAX  = 160;       ! letters in one line of typing
Constant WORD_MAX  = 48;        ! words in one line
Constant NO_MORE   = 9999;      ! "nothing is left of this line"

Array line_buf  -> LINE_MAX + 4;            ! what was typed...
Array line_tok  -> 2 + 4 * WORD_MAX;        ! ...and cut up into words
Array reply_buf -> LINE_MAX + 4;            ! an answer to one of our questions
Array reply_tok -> 2 + 4 * WORD_MAX;
Array rebuilt   buffer 260;                    ! a line being put together afresh
Array again_buf buffer 260;                    ! the last command, for AGAIN
Array oops_buf  -> LINE_MAX + 4;            ! the last line with a strange word

Global cmd_from;                ! this command is words cmd_from ..
Global cmd_to;                  !   .. up to, not including, cmd_to
Global more_from = NO_MORE;     ! where the line's next command starts
Global wn;                      ! the word we are looking at
Global verb_at;                 ! the word that was the verb
Global oops_at; Global oops_len;            ! where that strange word was

Array scope --> 160;            ! everything the player can speak of
Global scope_n;
Array found --> 60;             ! the candidates for one phrase
Global found_n;
Array many --> 60;              ! the objects of "take all"
Global many_n;

Global match_noun;              ! did the words include a noun of the object's,
Global match_plural;            !   or a plural one,
Global match_obj;               ! (set by the phrase parser: what it found)
Global reparse;                 ! a question was answered: begin again
Global noun_kind; Global second_kind;       ! the grammar's wish for each noun
Global trial;                   ! the action of the line being tried
Global topic_from;              ! first word of "about ..."
Global number_said;
Global it_obj; Global him_obj; Global them_obj;

! What went wrong, the likelier explanation having the higher number.
Constant ERR_STUCK   = 1;
Constant ERR_ASFAR   = 2;
Constant ERR_NUMBER  = 3;
Constant ERR_UNSEEN  = 4;
Constant ERR_NOIT    = 5;
Constant ERR_ANIMATE = 6;
Constant ERR_NOTHING = 7;
Constant ERR_MULTI   = 8;
Constant ERR_MISSING = 9;
Global err;                         ! this line's trouble
Global best_err; Global best_wn;    ! the best excuse of all lines so far
Global best_phrase;                 ! where the phrase we could not see began
Global gap_prep; Global gap_action; Global gap_noun;  ! for "put the mug in what?"
Global phrase_at;

! Kinds of noun token, numbered by the compiler.
Constant T_NOUN = 0; Constant T_HELD = 1; Constant T_MULTI = 2;
Constant T_MULTIHELD = 3; Constant T_CREATURE = 6; Constant T_NUMBER = 8;
Constant T_TOPIC = 9;

! ---------------------------------------------------------------------------
!  Words of the line
! ---------------------------------------------------------------------------

[ Tok n;                        ! the dictionary address of word n, or 0
    if (n < 0 || n >= line_tok->1) return 0;
    return (line_tok + 2 + 4 * n)-->0;
];

[ EchoWord n i at;              ! print word n as it was typed
    at = line_tok->(4 * n + 5);
    for (i = 0: i < line_tok->(4 * n + 4): i++) print (char) line_buf->(at + i);
];

[ EchoWords from to n;
    for (n = from: n < to: n++) {
        if (n > from && Tok(n) ~= ',//') print " ";
        EchoWord(n);
    }
];

[ ReadLine buf tok ch;
    DrawStatus();
    buf->0 = LINE_MAX;  buf->1 = 0;  tok->0 = WORD_MAX;
    @aread buf tok -> ch;
    return ch;
];

[ IsVerb w; if (w == 0) rfalse;  return (w->#dict_par1) & 1; ];
[ IsMeta w; if (w == 0) rfalse;  return ((w->#dict_par1) & 3) == 3; ];
[ IsPrep w; if (w == 0) rfalse;  return (w->#dict_par1) & 8; ];

[ IsDirection w;
    if (w == 'n//' or 'north' or 's//' or 'south' or 'e//' or 'east' or 'w//'
        or 'west') rtrue;
    if (w == 'ne' or 'northeast' or 'nw' or 'northwest' or 'se' or 'southeast'
        or 'sw' or 'southwest') rtrue;
    if (w == 'u//' or 'up' or 'upstairs' or 'd//' or 'down' or 'downstairs'
        or 'in' or 'inside' or 'out' or 'outside') rtrue;
    rfalse;
];

! A line is put together again by *printing* it, with output stream 3 pointed
! at memory: the machine's own way of writing to a string.
[ BeginRebuild; @output_stream 3 rebuilt; ];
[ EndRebuild i n;
    @output_stream -3;
    n = rebuilt-->0;
    if (n > LINE_MAX - 2) n = LINE_MAX - 2;
    for (i = 0: i < n: i++) line_buf->(i + 2) = rebuilt->(i + 2);
    line_buf->(n + 2) = 0;
    line_buf->1 = n;
    @tokenise line_buf line_tok;
    more_from = 0;
];

! ---------------------------------------------------------------------------
!  The next command: from what is left of the line, or from the keyboard
! ---------------------------------------------------------------------------

[ IsStop w; return (w == './/' or 'then'); ];

[ NextCommand i w r;
    for (::) {
        if (more_from >= line_tok->1) {
            PutTurnEnd();
            print "^>";
            ReadLine(line_buf, line_tok);
            more_from = 0;
            if (line_tok->1 == 0) { print "I beg your pardon?^"; continue; }
            if (Tok(0) == 'oops' or 'o//') { if (MendLine() == 0) continue; }
            ! One step of UNDO for each line that could change anything.
            if (IsMeta(Tok(0)) == 0 && no_undo == 0) {
                @save_undo -> r;
                if (r == -1) no_undo = true;
                if (r == 2) {           ! we have just come back in time
                    more_from = NO_MORE;
                    style bold; print (name) location, "^"; style roman;
                    print "[Previous turn undone.]^";
                    continue;
                }
                if (r == 1) can_undo = true;
            }
        }
        cmd_from = more_from;
        while (cmd_from < line_tok->1 &&
               (IsStop(Tok(cmd_from)) || Tok(cmd_from) == ',//' or 'and')) cmd_from++;
        if (cmd_from >= line_tok->1) { more_from = NO_MORE; continue; }
        for (cmd_to = cmd_from: cmd_to < line_tok->1: cmd_to++)
            if (IsStop(Tok(cmd_to))) break;
        more_from = cmd_to + 1;
        while (cmd_to > cmd_from + 1 && Tok(cmd_to - 1) == 'and' or ',//') cmd_to--;

        w = Tok(cmd_from);
        if (w == 'again' or 'g//' && cmd_to == cmd_from + 1) {
            if (again_buf-->0 == 0) {
                print "There is nothing to do again yet.^";
                more_from = NO_MORE; continue;
            }
            r = more_from;
            BeginRebuild();
            for (i = 0: i < again_buf-->0: i++) print (char) again_buf->(i + 2);
            if (r < line_tok->1) { print ". "; EchoWords(r, line_tok->1); }
            EndRebuild();
            continue;
        }
        return;
    }
];

[ KeepForAgain;                 ! remember this command as text
    @output_stream 3 again_buf;
    EchoWords(cmd_from, cmd_to);
    @output_stream -3;
];

! OOPS: put the word into the place where the strange one was.
[ MendLine i;
    if (oops_len == 0) { print "I understood everything, or thought I did.^";
        more_from = NO_MORE; rfalse; }
    if (line_tok->1 < 2) { print "Oops what?^"; more_from = NO_MORE; rfalse; }
    BeginRebuild();
    for (i = 2: i < oops_at: i++) print (char) oops_buf->i;
    EchoWord(1);
    for (i = oops_at + oops_len: i < oops_buf->1 + 2: i++) print (char) oops_buf->i;
    EndRebuild();
    oops_len = 0;
    rtrue;
];

! ---------------------------------------------------------------------------
!  Scope: what can be seen and spoken of
! ---------------------------------------------------------------------------

[ SeesInto o;
    if (o has supporter || o has animate) rtrue;
    if (o has container && (o has open || o has transparent)) rtrue;
    rfalse;
];

[ AddScope o c;
    scope-->scope_n = o;  scope_n++;
    if (SeesInto(o)) objectloop (c in o) AddScope(c);
];

[ BuildScope o i;
    scope_n = 0;
    objectloop (o in player) AddScope(o);
    if (IsLit()) {
        objectloop (o in location) if (o ~= player) AddScope(o);
        if (location.&shared)
            for (i = 0: i < (location.#shared) / 2: i++) AddScope(location.&shared-->i);
    } else if (torch in location) AddScope(torch);      ! a torch can be felt for
    scope-->scope_n = player;  scope_n++;
];

[ InScope o i;
    for (i = 0: i < scope_n: i++) if (scope-->i == o) rtrue;
    rfalse;
];

! ---------------------------------------------------------------------------
!  One phrase, several objects
! ---------------------------------------------------------------------------

! Is w in the object's list of words?  The machine has an opcode for that.
[ Knows o prop w  a n r;
    a = o.&prop;
    if (a == 0) rfalse;
    n = (o.#prop) / 2;
    @scan_table w a n -> r ?yes;
    rfalse;
    .yes; rtrue;
];

[ FitWords o w  n k;            ! how many words from word w on suit object o
    match_noun = false;  match_plural = false;
    for (n = w: n < cmd_to: n++) {
        k = Tok(n);
        if (k == 0) break;
        if (Knows(o, name, k)) {
            match_noun = true;
            if ((k->#dict_par1) & 4 || LongPlural(n)) match_plural = true;
        } else if (Knows(o, adj, k) == 0) break;
    }
    return n - w;
];

! A dictionary word keeps nine letters, so "nameplates" is in it as "nameplate":
! only the typing can tell whether there was an s.
[ LongPlural n len;
    len = line_tok->(4 * n + 4);
    return (len > 9 && line_buf->(line_tok->(4 * n + 5) + len - 1) == 's');
];

[ IsArticle w; return (w == 'the' or 'a//' or 'an' or 'my' or 'some' or 'this' or 'that'
    or 'your'); ];

! When the words suit several objects equally, what the verb is for decides.
[ Suits o kind v;
    if (kind == T_HELD or T_MULTIHELD && o in player) v = v + 8;
    if (kind == T_MULTI && o notin player) v = v + 4;
    if (kind == T_MULTI && o hasnt scenery && o hasnt fixed) v = v + 2;
    if (kind == T_CREATURE && o has animate) v = v + 8;
    if (kind == T_HELD or T_MULTIHELD && o hasnt scenery && o hasnt fixed) v = v + 1;
    if (trial == ##Open or ##Close or ##Unlock or ##Lock && o has openable) v = v + 4;
    if (trial == ##SwitchOn or ##SwitchOff && o has switchable) v = v + 4;
    if (trial == ##Push && o has pushable) v = v + 4;
    if (trial == ##Operate or ##TypeOn && o has machine) v = v + 4;
    if (trial == ##PutIn && o has container && kind == T_NOUN) v = v + 4;
    if (trial == ##PutOn && o has supporter && kind == T_NOUN) v = v + 4;
    return v;
];

! Find what the phrase at wn means.  Answers 1 (match_obj set, or many filled),
! 0 (err set) or -1 (asked the player; parse the line from the start again).
[ Phrase kind  i o n best top v w all noun_hit plural_hit start;
    while (wn < cmd_to && IsArticle(Tok(wn))) wn++;
    start = wn;  phrase_at = wn;
    found_n = 0;  match_obj = 0;
    w = Tok(wn);
    if (w == 'it' or 'them' or 'him') {
        o = it_obj;
        if (w == 'him') o = him_obj;
        if (w == 'them' && them_obj) o = them_obj;
        if (o == 0) { err = ERR_NOIT; return 0; }
        if (InScope(o) == 0) { err = ERR_UNSEEN; return 0; }
        wn++;  match_obj = o;  return 1;
    }
    if (w == 'me' or 'myself' or 'self') { wn++; match_obj = player; return 1; }
    if (w == 'all' or 'everything' or 'both') {
        all = true;  wn++;
        while (wn < cmd_to && (IsArticle(Tok(wn)) || Tok(wn) == 'of')) wn++;
    }
    if (wn < cmd_to)
        for (i = 0: i < scope_n: i++) {
            o = scope-->i;
            n = FitWords(o, wn);
            if (n == 0) continue;
            n = n * 2 + match_noun;
            if (n > best) { best = n; found_n = 0; noun_hit = match_noun; plural_hit = false; }
            if (n == best) {
                found-->found_n = o;  found_n++;
                if (match_plural) plural_hit = true;
            }
        }
    if (all) {
        if (kind ~= T_MULTI or T_MULTIHELD) { err = ERR_MULTI; return 0; }
        wn = wn + best / 2;
        if (found_n == 0) {
            if (wn < cmd_to && Tok(wn) ~= 'but' or 'except' && IsPrep(Tok(wn)) == 0) {
                err = ERR_UNSEEN; return 0;
            }
            AllOf(kind);
        } else for (i = 0: i < found_n: i++) AddMany(found-->i, kind);
        if (Tok(wn) == 'but' or 'except') {
            wn++;
            n = many_n;                         ! drop what is excepted
            v = Phrase(T_NOUN);
            if (v < 1) return v;
            many_n = n;
            for (i = 0: i < many_n: i++) if (many-->i == match_obj) {
                many_n--;  many-->i = many-->many_n;  i--;
            }
        }
        if (many_n == 0) { err = ERR_NOTHING; return 0; }
        match_obj = many-->0;
        return 1;
    }
    if (found_n == 0) { err = ERR_UNSEEN; return 0; }
    ! "red lorry", "emulator box": the first word fits something here, but the
    ! phrase goes on to a noun that is nothing here.
    n = wn + best / 2;
    if (n < cmd_to) {
        w = Tok(n);
        if (IsPrep(w) == 0 && w ~= 'and' or ',//' && (noun_hit == 0 ||
            (w && (w->#dict_par1) & 128 && IsArticle(w) == 0 && FitsAnything(n) == 0))) {
            err = ERR_UNSEEN; return 0;
        }
    }
    wn = n;
    if (plural_hit && found_n > 1) {
        if (kind ~= T_MULTI or T_MULTIHELD) { err = ERR_MULTI; return 0; }
        for (i = 0: i < found_n: i++) AddMany(found-->i, kind);
        if (many_n == 0)                        ! none in hand: the ones lying about
            for (i = 0: i < found_n: i++) AddMany(found-->i, T_NOUN);
        if (many_n == 0) { err = ERR_NOTHING; return 0; }
        match_obj = many-->0;
        return 1;
    }
    if (found_n > 1) {                          ! keep the most suitable
        top = -1;
        for (i = 0: i < found_n: i++) {
            v = Suits(found-->i, kind);
            if (v > top) { top = v; n = 0; }
            if (v == top) { found-->n = found-->i; n++; }
        }
        found_n = n;
    }
    if (found_n > 1) { AskWhich(start); return -1; }
    match_obj = found-->0;
    return 1;
];

[ AddMany o kind i;
    if (trial == ##Plug && o.plug) jump fit;        ! "plug leads...": bolted down or not
    if (o has scenery || o has fixed || o has animate || o == player) rfalse;
    if (kind == T_MULTI && o in player) rfalse;
    if (kind == T_MULTIHELD && o notin player) rfalse;
    .fit;
    for (i = 0: i < many_n: i++) if (many-->i == o) rfalse;
    many-->many_n = o;  many_n++;
];

[ AllOf kind i o p;             ! a plain ALL: what lies about, not what is packed away
    for (i = 0: i < scope_n: i++) {
        o = scope-->i;
        p = parent(o);
        if (p == 0) continue;                                   ! a door
        if (trial == ##Plug) { if (o ofclass Lead) AddMany(o, kind); continue; }
        if (kind == T_MULTI && p ~= location && p hasnt supporter
            && ~~(p has container && p has open)) continue;
        if (trial == ##PutIn or ##PutOn && o has lit) continue;
        if (o ofclass Plate) {
            if (parent(o) == rack) continue;                    ! hung up: leave it
        } else if (trial == ##PutOn or ##HangUp && location == Zoo) continue;
        AddMany(o, kind);
    }
];

! "Which do you mean, the red lead or the blue lead?"  The answer is set in
! front of the phrase it explains ("plug RED lead in ..."), and we start over,
! unless it looks like a command of its own.
[ AskWhich at i;
    print "Which do you mean, ";
    for (i = 0: i < found_n: i++) {
        if (i > 0) { if (i == found_n - 1) print " or "; else print ", "; }
        print (the) found-->i;
    }
    print "?^";
    TakeAnswer(at, 0);
];

[ TakeAnswer at prep i w command;
    print "^>";
    ReadLine(reply_buf, reply_tok);
    reparse = true;
    w = (reply_tok + 2)-->0;
    if (reply_tok->1 == 0) { print "Never mind, then.^"; more_from = NO_MORE; reparse = 2; return; }
    command = IsVerb(w) && (prep == 0 || IsPrep(w) == 0);   ! "In the box" is no command
    if (command) {                      ! a verb?  Not if it names a candidate.
        for (i = 0: i < scope_n: i++)
            if (Knows(scope-->i, name, w) || Knows(scope-->i, adj, w)) command = false;
    }
    BeginRebuild();
    if (command == 0) {
        EchoWords(cmd_from, at);
        print " ";
        if (prep && IsPrep(w) == 0) print (address) prep, " ";
    }
    for (i = 0: i < reply_buf->1: i++) print (char) reply_buf->(i + 2);
    if (command == 0) {
        print " ";  EchoWords(at, line_tok->1);
    }
    EndRebuild();
    if (command) reparse = 2;
];

! ---------------------------------------------------------------------------
!  One line of grammar
! ---------------------------------------------------------------------------

[ NoteTrouble prep;
    if (wn > best_wn || (wn == best_wn && err > best_err)) {
        best_wn = wn;  best_err = err;  best_phrase = phrase_at;
        if (err == ERR_MISSING) { gap_action = trial; gap_prep = prep; gap_noun = noun; }
    }
    return 0;
];

[ TryLine p  type data r nouns first_many prep;
    trial = (p-->0) & $3ff;
    noun = 0;  second = 0;  noun_kind = -1;  second_kind = -1;
    many_n = 0;  topic_from = -1;  phrase_at = 0;
    wn = verb_at + 1;
    for (p = p + 2: p->0 ~= 15: p = p + 3) {
        type = (p->0) & 15;
        data = (p + 1)-->0;
        if (type == 2) {                            ! a preposition, or several
            if (wn >= cmd_to) {
                if (nouns == 0) { err = ERR_STUCK; return NoteTrouble(); }
                if (prep == 0) prep = data;         ! the first is what we ask with
                while ((p->0) & $20) p = p + 3;
                if ((p + 3)->0 == 15) { err = ERR_STUCK; return NoteTrouble(); }
                continue;
            }
            while (Tok(wn) ~= data && (p->0) & $20) { p = p + 3; data = (p + 1)-->0; }
            if (Tok(wn) ~= data) { err = ERR_STUCK; return NoteTrouble(); }
            while ((p->0) & $20) p = p + 3;
            wn++;
            continue;
        }
        if (wn >= cmd_to) { err = ERR_MISSING; return NoteTrouble(prep); }
        if (data == T_TOPIC) { topic_from = wn; wn = cmd_to; continue; }
        if (data == T_NUMBER) {
            if (ReadNumber(wn) == 0) { err = ERR_NUMBER; return NoteTrouble(); }
            wn++;  continue;
        }
        r = Phrase(data);
        if (r < 0) return r;
        if (r == 0) return NoteTrouble();
        if (data == T_CREATURE && match_obj hasnt animate) {
            err = ERR_ANIMATE;  return NoteTrouble();
        }
        ! "mug, tin and kettle", where several are allowed
        while (Tok(wn) == 'and' or ',//' && wn + 1 < cmd_to) {
            if (IsVerb(Tok(wn + 1)) && FitsAnything(wn + 1) == 0) {
                more_from = wn + 1;  cmd_to = wn;  break;   ! "..., go north"
            }
            if (data ~= T_MULTI or T_MULTIHELD) { err = ERR_MULTI; return NoteTrouble(); }
            if (many_n == 0) { many-->0 = match_obj; many_n = 1; }
            first_many = match_obj;
            wn++;
            r = many_n;
            if (Phrase(T_NOUN) < 1) { if (reparse) return -1; return NoteTrouble(); }
            many-->r = match_obj;  many_n = r + 1;
            match_obj = first_many;
        }
        if (nouns == 0) { noun = match_obj; noun_kind = data; }
        else { second = match_obj; second_kind = data; }
        nouns++;
    }
    if (wn < cmd_to) { err = ERR_ASFAR; return NoteTrouble(); }
    return 1;
];

[ FitsAnything w i;
    for (i = 0: i < scope_n: i++) if (FitWords(scope-->i, w)) rtrue;
    rfalse;
];

[ ReadNumber n i at v c;
    at = line_tok->(4 * n + 5);
    for (i = 0: i < line_tok->(4 * n + 4): i++) {
        c = line_buf->(at + i);
        if (c < '0' || c > '9' || i > 3) rfalse;
        v = v * 10 + c - '0';
    }
    number_said = v;
    rtrue;
];

! ---------------------------------------------------------------------------
!  A whole command.  True if (action, noun, second) are ready.
! ---------------------------------------------------------------------------

[ ParseCommand p i r w reversed;
    .again;
    reparse = false;
    BuildScope();
    verb_at = cmd_from;
    if (Tok(verb_at) == 'please' && verb_at + 1 < cmd_to) verb_at++;
    w = Tok(verb_at);
    if (w == 'go' or 'walk' or 'run' or 'climb' && IsDirection(Tok(verb_at + 1))
        && verb_at + 2 == cmd_to) { verb_at++; w = Tok(verb_at); }
    if (SpokenTo()) rtrue;
    if (w == 0) { StrangeWord(verb_at); rfalse; }
    if (IsVerb(w) == 0) {
        wn = verb_at;
        if (FitsAnything(verb_at)) {
            print "I don't know what you want to do with that. Start with a verb, as in ~examine ";
            EchoWords(verb_at, cmd_to); print "~.^";
        } else {
            for (i = cmd_from: i < cmd_to: i++) if (Tok(i) == 0) { StrangeWord(i); rfalse; }
            print "~"; EchoWord(verb_at); print "~ is not a verb I know. (HELP lists some that I do.)^";
        }
        rfalse;
    }
    p = (0-->7)-->(255 - w->#dict_par2);
    best_err = 0;  best_wn = -1;
    for (i = p->0, p++: i > 0: i--) {
        reversed = (p-->0) & $400;
        r = TryLine(p);
        if (r == -1) {
            if (reparse == 2) rfalse;       ! a fresh line is waiting
            FindCommandEnd();
            jump again;
        }
        if (r == 1) {
            action = trial;
            if (reversed) {
                r = noun; noun = second; second = r;
                r = noun_kind; noun_kind = second_kind; second_kind = r;
            }
            KeepPronouns();
            rtrue;
        }
        for (p = p + 2: p->0 ~= 15: p = p + 3) ;
        p++;
    }
    ! No line would have it.  A word that is in no dictionary is the best excuse.
    for (i = cmd_from: i < cmd_to: i++)
        if (Tok(i) == 0 && ReadNumber(i) == 0) { StrangeWord(i); rfalse; }
    if (best_err == ERR_MISSING) {
        print "What do you want to "; EchoWord(verb_at);
        if (gap_noun) {
            for (i = verb_at + 1: i < cmd_to && IsPrep(Tok(i)): i++) { print " "; EchoWord(i); }
            print " ", (the) gap_noun;
        } else for (i = verb_at + 1: i < cmd_to: i++) { print " "; EchoWord(i); }
        if (gap_prep) print " ", (address) gap_prep;
        print "?^";
        TakeAnswer(cmd_to, gap_prep);
        if (reparse == 2) rfalse;
        FindCommandEnd();
        jump again;
    }
    Excuse();
    rfalse;
];

[ FindCommandEnd;               ! after a rebuilt line: where does command 1 end?
    cmd_from = 0;
    for (cmd_to = 0: cmd_to < line_tok->1: cmd_to++) if (IsStop(Tok(cmd_to))) break;
    more_from = cmd_to + 1;
];

[ KeepPronouns;
    if (noun == 0 || noun == player) rtrue;
    if (noun has animate) him_obj = noun;
    else { it_obj = noun; if (noun has plural) them_obj = noun; }
];

[ StrangeWord n i;
    print "I don't know the word ~"; EchoWord(n); print "~.^";
    for (i = 0: i < LINE_MAX + 3: i++) oops_buf->i = line_buf->i;
    oops_at = line_tok->(4 * n + 5);  oops_len = line_tok->(4 * n + 4);
    more_from = NO_MORE;
];

[ Excuse i;
    switch (best_err) {
        ERR_UNSEEN:
            print "You can't see any";
            for (i = best_phrase: i < cmd_to && IsPrep(Tok(i)) == 0 && Tok(i) ~= 'and' or ',//': i++)
                if (IsArticle(Tok(i)) == 0) { print " "; EchoWord(i); }
            if (i == best_phrase) print " such thing";
            if (IsLit() == 0) print " in this darkness.^"; else print " here.^";
        ERR_NOIT:    print "I'm not sure what you mean by that word just now.^";
        ERR_ANIMATE: print "That only works on something that can answer back.^";
        ERR_NOTHING: print "There is nothing here for that.^";
        ERR_MULTI:   print "One thing at a time, with that verb.^";
        ERR_NUMBER:  print "I expected a number there.^";
        ERR_ASFAR:   print "I followed you only as far as ~"; EchoWords(cmd_from, best_wn); print "~.^";
        default:     print "I know the words but not the sentence.^";
    }
    more_from = NO_MORE;
];

! "Trapp, hello" or "Trapp, what about the tea?": talking to someone outright.
[ SpokenTo i o n;
    for (i = cmd_from + 1: i < cmd_to: i++) if (Tok(i) == ',//') break;
    if (i >= cmd_to - 1) rfalse;
    for (n = 0: n < scope_n: n++) {
        o = scope-->n;
        if (o has animate && o ~= player && FitWords(o, cmd_from) == i - cmd_from) {
            noun = o;  second = 0;  many_n = 0;  him_obj = o;
            topic_from = i + 1;  noun_kind = T_CREATURE;  second_kind = -1;
            action = ##Ask;
            if (Tok(i + 1) == 'hello' or 'hi') action = ##TalkTo;
            if (Tok(i + 1) == 'thanks' or 'thank') action = ##Thank;
            rtrue;
        }
    }
    rfalse;
];
