! ===========================================================================
!  turn.h -- the main loop, the status line, and the commands about the game
! ===========================================================================

Array width_buf buffer 140;

[ Main;
    location = Steps;
    move player to Steps;
    style roman;
    Opening();
    Banner();
    new_line;
    Describe(true);
    while (ended == 0) {
        NextCommand();
        if (ParseCommand()) {
            KeepForAgain();
            if (IsMeta(Tok(verb_at))) Perform(action, noun, second);
            else { DoCommand(); EndTurn(); }
        } else if (reparse ~= 2) more_from = NO_MORE;
        if (ended) AfterTheEnd();
    }
    @quit;
];

[ Banner i;
    style bold; print "GUEST HOURS"; style roman;
    print "^A night in a museum of machines that aren't there^Release ",
        (0-->1) & $03ff, " / Serial number ";
    for (i = $12: i < $18: i++) print (char) 0->i;
    print " / written in Inform 6, with no library^";
];

! ---------------------------------------------------------------------------
!  The status line: one row, in the upper window.  The name of the place is
!  printed to memory first, to know how much of it there is room for.
! ---------------------------------------------------------------------------

[ WidthOf which n;
    @output_stream 3 width_buf;
    if (which == 1) { if (IsLit()) print (name) location; else print "Darkness"; }
    if (which == 2) print "Score: ", score, "  Moves: ", moves;
    if (which == 3) print score, "/", moves;
    @output_stream -3;
    n = width_buf-->0;
    return n;
];

[ DrawStatus wide left right col i;
    wide = 0->33;
    if (wide == 0) wide = 80;
    right = WidthOf(2);  i = 2;
    if (wide < 50) { right = WidthOf(3); i = 3; }
    left = WidthOf(1);                      ! last, so that the name is in the buffer
    if (wide < right + 6) right = 0;        ! a very narrow screen: the place alone
    if (left > wide - right - 3) left = wide - right - 3;
    if (left < 0) left = 0;
    @split_window 1;
    @set_window 1;
    @set_cursor 1 1;
    style reverse;
    spaces wide;
    @set_cursor 1 2;
    for (col = 0: col < left: col++) print (char) width_buf->(col + 2);
    if (right) {
        col = wide - right;
        @set_cursor 1 col;
        if (i == 2) print "Score: ", score, "  Moves: ", moves;
        else print score, "/", moves;
    }
    style roman;
    @set_window 0;
];

! ---------------------------------------------------------------------------
!  A turn
! ---------------------------------------------------------------------------

! The order in which objections are heard: the room, the second noun, the
! first noun, and then the plain verb.  `sw__var' is what a [; Action: ...]
! switch looks at.
[ Perform act n s  a1 n1 s1 r;
    a1 = action; n1 = noun; s1 = second;
    action = act; noun = n; second = s;
    sw__var = act;
    if (location.before) r = location.before();
    if (r == 0 && s && s.as_second) { sw__var = act; r = s.as_second(); }
    if (r == 0 && n && n.before)    { sw__var = act; r = n.before(); }
    if (r == 0) indirect((#actions_table)-->act);
    action = a1; noun = n1; second = s1;
    rtrue;
];

[ DoCommand i o;
    if (many_n > 0) {
        for (i = 0: i < many_n: i++) {
            o = many-->i;
            if (o == second) continue;
            print (name) o, ": ";
            if (Handy(o, noun_kind)) Perform(action, o, second);
            if (ended) return;
        }
        return;
    }
    if (noun && Handy(noun, noun_kind) == 0) return;
    if (second && Handy(second, second_kind) == 0) return;
    Perform(action, noun, second);
];

! "give tea to Trapp" wants the tea in hand: pick it up if it is lying about.
[ Handy o kind;
    if (kind ~= T_HELD or T_MULTIHELD || Carrying(o) || o == player) rtrue;
    if (action == ##Drop || o.plug) rtrue;      ! those have their own answers
    if (o has scenery || o has fixed || o has animate) {
        print "You aren't holding ", (the) o, ".^"; rfalse;
    }
    print "(first taking ", (the) o, ")^";
    Perform(##Take, o, 0);
    return Carrying(o);
];

[ EndTurn;
    if (ended) return;
    moves++;
    if (location.each_turn) location.each_turn();
    KettleTurn();
    PunchTurn();
    if (location.mutter && random(9) == 1) { new_line; Say(location, mutter); }
];

[ PutTurnEnd n;                 ! just before the prompt: news of the score
    if (score ~= last_score) {
        n = score - last_score;
        last_score = score;
        if (notify) {
            print "^[Your score has just gone up by ", n;
            if (n == 1) print " point.]^"; else print " points.]^";
        }
    }
];

! ---------------------------------------------------------------------------
!  Commands about the game
! ---------------------------------------------------------------------------

[ YesNo w;
    for (::) {
        print ">";
        ReadLine(reply_buf, reply_tok);
        w = (reply_tok + 2)-->0;
        if (reply_tok->1 && w == 'yes' or 'y//') rtrue;
        if (reply_tok->1 && w == 'no' or 'n//') rfalse;
        print "Please answer yes or no. ";
    }
];

[ QuitSub;
    print "Are you sure you want to leave the museum? ";
    if (YesNo()) { print "Good night.^"; @quit; }
    "Good. It was beginning to like you.";
];

[ RestartSub;
    print "Go back to the front steps and forget all this? ";
    if (YesNo()) { @restart; }
    "As you were.";
];

[ SaveSub r;
    @save -> r;
    switch (r) {
        0: "The game could not be saved.";
        1: "Saved. (The whole machine, in one file. You'll see.)";
        2: style bold; print (name) location; style roman; "^Restored.";
    }
];

[ RestoreSub r;
    @restore -> r;                      ! if it works, we wake up in SaveSub
    if (r == 0) "The game could not be restored.";
];

[ UndoSub r;
    if (no_undo) "This interpreter does not keep yesterdays. (SAVE still works.)";
    if (can_undo == 0) "There is nothing to undo.";
    @restore_undo -> r;                 ! if it works, we wake up in NextCommand
    if (r == 0) "You can't go back any further than that.";
];

[ ScriptOnSub;
    if ((0-->8) & 1) "The transcript is already running.";
    @output_stream 2;
    if (((0-->8) & 1) == 0) "The transcript could not be started.";
    print "Start of a transcript of:^";
    Banner();
];

[ ScriptOffSub;
    if (((0-->8) & 1) == 0) "There is no transcript running.";
    print "End of the transcript.^";
    @output_stream -2;
    if ((0-->8) & 1) "But it won't stop.";
];

[ VersionSub i;
    Banner();
    print "Running on interpreter ", 0->$1e, " version ", (char) 0->$1f,
        ", which follows Standard ", 0->$32, ".", 0->$33, ".^";
    print "Compiled by Inform ";
    for (i = $3c: i < $40: i++) print (char) 0->i;
    print ".^Checking the story file... ";
    @verify ?good;
    "it has been altered since it left the compiler.";
    .good; "it is exactly as it left the compiler.";
];

[ ScoreSub;
    print "You have ", score, " of a possible ", MAX_SCORE, " points, in ", moves;
    if (moves == 1) print " move"; else print " moves";
    print ", which makes you the museum's ", (Rank) score, ".^";
];

[ FullScoreSub i;
    ScoreSub();
    if (score == 0) rtrue;
    new_line;
    for (i = 0: i < ACH_COUNT: i++) if (done->i) {
        if (worth->i < 10) print " ";
        print "  ", worth->i, "  ", (string) deed-->i, "^";
    }
    if (plates_hung) {
        if (plates_hung < 5) print " ";
        print "  ", plates_hung * 2, "  hanging up nameplates (", plates_hung, " of 7)^";
    }
];

[ VerboseSub; verbose_mode = 2; "VERBOSE: every room described in full, every time."; ];
[ BriefSub;   verbose_mode = 1; "BRIEF: a room is described in full the first time only."; ];
[ NotifyOnSub;  notify = true;  "You will be told when your score changes."; ];
[ NotifyOffSub; notify = false; "Your score will change in silence."; ];

[ HelpSub;
    print "You are somebody, somewhere, with a few things in your hands. Say what you do next in plain
        words:^^LOOK (L), EXAMINE THE DESK (X DESK), SEARCH THE COAT, READ THE LETTER, TAKE ALL, DROP IT,
        INVENTORY (I), WAIT (Z), OPEN, CLOSE, UNLOCK THE DOOR WITH THE KEY, PUT THE BAG IN THE MUG, TURN,
        PUSH, PULL, LIFT, SWITCH ON, PLUG THE LEAD INTO THE MACHINE, USE or TYPE ON anything with a
        keyboard, ASK TRAPP ABOUT THE MUSEUM, GIVE HIM THE LETTER.^^NORTH, SOUTH, EAST, WEST, NORTHEAST...,
        UP, DOWN, IN and OUT move you about; one or two letters will do. Put several commands on a line
        with THEN or full stops. G does the last thing again, and OOPS corrects a word.^^SCORE, FULL SCORE,
        SAVE, RESTORE, RESTART, UNDO (as often as you like), VERBOSE, BRIEF, SCRIPT and SCRIPT OFF, NOTIFY
        OFF, VERSION, QUIT. ABOUT says what this is, and HINT helps you out of a corner, a little at a
        time. Nothing you do can spoil the game.^";
];

[ AboutSub;
    print "The machines in this museum are all pretended, and all true: what the cards on the walls say
        happened did happen, when and where they say. The people, the building and the tea are made
        up.^^The game itself is a story file for the Z-machine, a computer designed in 1979 and never
        built. Whatever you are holding, it isn't that; so something between us is already doing what this
        museum is about.^";
];

! ---------------------------------------------------------------------------
!  The end
! ---------------------------------------------------------------------------

[ AfterTheEnd w;
    new_line;
    style bold;
    if (ended == 2) print "    *** The museum is open ***"; else print "    *** The end ***";
    style roman;
    print "^^";
    last_score = score;
    ScoreSub();
    for (::) {
        print "^RESTART, RESTORE, UNDO the last turn, read the FULL score, or QUIT?^>";
        ReadLine(reply_buf, reply_tok);
        w = (reply_tok + 2)-->0;
        if (reply_tok->1 == 0) continue;
        switch (w) {
            'restart':   @restart;
            'restore':   RestoreSub();
            'undo':      UndoSub();
            'full', 'score': FullScoreSub();
            'quit', 'q//': print "Good night, and mind the step.^"; @quit;
            default:     print "Those are the choices. The machine is patient.^";
        }
    }
];
