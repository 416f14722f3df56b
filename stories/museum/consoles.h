! ===========================================================================
!  consoles.h -- the four exhibits you can sit down at
! ---------------------------------------------------------------------------
!  Each takes over the keyboard until you get up: CP-67 and the very small
!  Z-machine by the line, SCUMM and DESQview by the single key.  All keep their
!  state in ordinary globals, so that SAVE, RESTORE and UNDO of *this* game
!  carry the little machines along inside it, which is rather the point.
! ===========================================================================

[ Tint c;                       ! coloured letters, if the screen can and will
    if ((0->1) & 1) @set_colour c 1;
];
Constant PLAIN = 1; Constant GREEN = 4; Constant AMBER = 5; Constant CYAN = 8;

[ ConsoleLine;
    ReadLine(line_buf, line_tok);
    more_from = NO_MORE;        ! none of it is for the outer game
    return Tok(0);
];

[ Key k;                        ! one key: letters made small, line ends ignored
    for (::) {
        @read_char 1 -> k;
        if (k >= 'A' && k <= 'Z') k = k + 32;
        if (k > 32 && k < 127) return k;
    }
];

[ Rise; Tint(PLAIN); style roman; more_from = NO_MORE; rtrue; ];

! ---------------------------------------------------------------------------
!  CP-67
! ---------------------------------------------------------------------------

Global cp_state;                ! 0 signed off, 1 in CP, 2 in CMS
Global cp_clock;

[ CpTime; print "T=0.0", cp_clock % 7 + 1, "/0.0", cp_clock % 7 + 2; cp_clock++; ];
[ CpReady; print "R; "; CpTime(); new_line; ];

[ UseCP w v;
    print "You sit down, with your back to everyone, and press ATTN. (Press RETURN on an empty line, or
        type STAND, to get up.)^^";
    if (cp_state == 0) print "CP-67 ONLINE^";
    for (::) {
        if (cp_state == 2) print "^* "; else print "^";
        w = ConsoleLine();
        v = Tok(1);
        if (line_tok->1 == 0 || (w == 'q//' && line_tok->1 == 1) || w == 'stand' or 'quit' or 'bye' or 'exit' or 'up' or 'leave') {
            print "You get up. The typewriter ";
            if (cp_state) print "goes on being yours.^"; else print "stops.^";
            return Rise();
        }
        switch (w) {
          'logout', 'logoff':
            if (cp_state == 0) { print "NOT LOGGED IN^"; continue; }
            cp_state = 0;
            print "CONNECT= 00.04.11 VIRTCPU= 000.00.31 TOTCPU= 000.00.52^LOGOUT AT 23.41.07^^You get up.
                One imaginary computer is folded away, and nobody on the other thirteen feels the
                draught.^";
            return Rise();
          'login', 'logon', 'l//':
            if (cp_state) { print "ALREADY LOGGED IN^"; continue; }
            if (v == 0 && line_tok->1 < 2) { print "USERID MISSING OR INVALID^"; continue; }
            if (v ~= 'visitor') { print "USERID NOT IN CP DIRECTORY^"; continue; }
            print "ENTER PASSWORD:^HHHHHHHHH^";
            w = ConsoleLine();
            if (w ~= 'timeslice') { print "PASSWORD INCORRECT^RESTART LOGIN^"; continue; }
            cp_state = 1;
            print "(You have typed it over a row of struck-out H's, so that nobody can read it off the
                paper. It was a trusting age, but not that trusting.)^^READY AT 23.37.02 ON
                11/22/67^CP^^You have been given a System/360 with 256K of storage. As far as it knows,
                it's the only one here.^";
          'ipl', 'i//', 'load', 'boot':
            if (cp_state == 0) { print "NOT LOGGED IN^"; continue; }
            if (v ~= 'cms') { print "NOTHING TO LOAD AT THAT ADDRESS. (CMS is what people
                load.)^"; continue; }
            cp_state = 2;
            print "CMS..VERSION 3.1^";
            CpReady();
            Release(plate_cp, Parlour, ACH_CP);
          'query', 'q//', 'names', 'who':
            if (cp_state == 0) { print "NOT LOGGED IN^"; continue; }
            print "14 USERS, 00 DIALED^(Each of them, if asked, would say one.)^";
            if (cp_state == 2) CpReady();
          'listf', 'list', 'ls', 'dir', 'listfile':
            if (NeedCms()) continue;
            print "FILENAME FILETYPE
                MODE  ITEMS^HYPER    DECK      P1     72^VISITOR  MEMO      P1      3^";
            CpReady();
          'printf', 'print', 'type', 'cat', 'read':
            if (NeedCms()) continue;
            switch (v) {
                'visitor', 'memo': print "WELCOME. THIS MACHINE IS YOURS. SO IS EVERYONE'S.^THE DECK FOR
                    THE MODEL 65 NEXT DOOR IS HYPER DECK:^OFFLINE PUNCH IT, AND MIND THERE ARE CARDS.^";
                'hyper', 'deck': print "(72 lines of System/360 object code, chattered out at 14 characters
                    a second. You follow the one that says END.)^";
                default: print "FILE NOT FOUND^E(00002); "; CpTime(); new_line; continue;
            }
            CpReady();
          'offline', 'punch', 'o//':
            if (NeedCms()) continue;
            if (w == 'offline' or 'o//') {
                if (v == 'print' or 'read') { print "ONLY THE PUNCH IS ATTACHED TONIGHT.^"; continue; }
                if (v ~= 'punch') { print "INVALID OFFLINE FUNCTION^"; continue; }
                v = Tok(2);
            }
            if (v ~= 'hyper' or 'visitor') { print "FILE NOT
                FOUND^E(00002); "; CpTime(); new_line; continue; }
            if (v == 'visitor') { print "(The memo is three lines long, and asks you to punch the other
                one.)^"; CpReady(); continue; }
            if (spooled) { print "PUNCHED ALREADY.^"; CpReady(); continue; }
            spooled = true;
            CpReady();
            print "(Your virtual punch has finished. CP is holding the result on disk until there's a real
                punch, with real cards in it, that is free.)^";
            PunchTurn();
          'help', '?//', 'hint':
            print "(It doesn't know that word; it was 1967. The user's guide is in the reading room. LOGIN,
                IPL CMS, LISTF, PRINTF, OFFLINE PUNCH, QUERY, LOGOUT.)^";
          default:
            if (cp_state == 2) { print "INVALID CMS COMMAND^E(-0001); "; CpTime(); new_line; }
            else if (cp_state == 1) print "INVALID CP REQUEST^";
            else print "RESTART: LOGIN USERID^";
        }
    }
];
[ NeedCms;
    if (cp_state == 2) rfalse;
    if (cp_state == 0) { print "NOT LOGGED IN^"; rtrue; }
    print "INVALID CP REQUEST^(It is a bare machine. There's nothing in it to list or punch files with
        until you IPL something.)^";
    rtrue;
];

! ---------------------------------------------------------------------------
!  THE VERY SMALL MUSEUM: a game in a Z-machine in a game in a Z-machine
! ---------------------------------------------------------------------------

Constant Z_ROOM = 0; Constant Z_MAT = 1; Constant Z_KEY = 2; Constant Z_DOOR = 3;
Constant Z_LAMP = 4; Constant Z_LIT = 5; Constant Z_SIZE = 6;
Array zmem  -> Z_SIZE;          ! the whole memory of the small machine...
Array zdisk -> Z_SIZE;          ! ...and the same, written to a diskette
Global z_saved; Global z_moves; Global z_won;

[ ZLook;
    style bold;
    switch (zmem->Z_ROOM) {
        0: print "Very Small Porch^"; style roman;
           print "You are outside a very small museum. The door is north";
           if (zmem->Z_DOOR) print ", unlocked."; else print ", locked.";
           if (zmem->Z_MAT == 0) print " There is a doormat, with a corner turned up.";
           else if (zmem->Z_KEY == 0) print " Where the mat was, there is a key.";
        1: print "Very Small Hall^"; style roman;
           print "A very small hall. Stairs go down into the dark; the porch is south.";
           if (zmem->Z_LAMP == 0) print " A lamp hangs on a hook.";
        2: if (zmem->Z_LIT == 0) { print "Darkness^"; style roman; print "It is very dark, but not for very
            far."; }
           else { print "Very Small Vault^"; style roman; print "On a plinth is a very, very small
               computer, with one button. The stairs go up."; }
    }
    new_line;
];

[ ZReset i;
    for (i = 0: i < Z_SIZE: i++) zmem->i = 0;
    z_moves = 0;
];
[ ZTitle; style bold; print "^THE VERY SMALL MUSEUM"; style roman; print "^An interactive miniature.
    Version 3.^^"; ZLook(); ];

! The verb and the noun, wherever they stand in the line: a small parser for a
! small machine.  Answers true if a move was used.
[ ZDo i w v n;
    for (i = 0: i < line_tok->1: i++) {
        w = Tok(i);
        if (w == 'mat' or 'doormat' or 'key' or 'door' or 'lamp' or 'button' or 'computer' or 'hook' or 'plinth') n = w;
        else if (v == 0 or 'go' && w ~= 'the' or 'on' or 'up' or 'please') v = w;
        if (w == 'up' && (v == 0 or 'go')) v = w;
    }
    switch (v) {
      'look', 'l//': ZLook(); rtrue;
      'i//', 'inv', 'inventory':
        if (zmem->Z_KEY) print "A key. ";
        if (zmem->Z_LAMP) { print "A lamp"; if (zmem->Z_LIT) print " (lit)"; print ". "; }
        if (zmem->Z_KEY == 0 && zmem->Z_LAMP == 0) print "Nothing, in a very small quantity.";
        new_line; rfalse;
      'lift', 'move', 'raise', 'search', 'under', 'pull', 'examine', 'x//', 'take', 'get', 'pick', 'push', 'press', 'touch':
        switch (n) {
          'mat', 'doormat':
            if (zmem->Z_ROOM) jump nosuch;
            if (zmem->Z_MAT) { print "You've moved it.^"; rtrue; }
            if (v == 'examine' or 'x//') { print "A corner of it is turned up.^"; rtrue; }
            zmem->Z_MAT = 1;
            print "Under it is a key. It always is.^"; rtrue;
          'key':
            if (zmem->Z_KEY) { print "You have it.^"; rtrue; }
            if (zmem->Z_MAT == 0 || zmem->Z_ROOM) jump nosuch;
            if (v == 'examine' or 'x//') { print "A key.^"; rtrue; }
            zmem->Z_KEY = 1; print "Taken.^"; rtrue;
          'lamp', 'hook':
            if (zmem->Z_LAMP == 0 && zmem->Z_ROOM ~= 1) jump nosuch;
            if (v == 'examine' or 'x//') { print "A lamp, of the sort that needs lighting.^"; rtrue; }
            if (zmem->Z_LAMP) { print "You have it.^"; rtrue; }
            zmem->Z_LAMP = 1; print "Taken.^"; rtrue;
          'button', 'computer', 'plinth':
            if (zmem->Z_ROOM ~= 2 || zmem->Z_LIT == 0) jump nosuch;
            if (v == 'examine' or 'x//') { print "It seems to be running something called THE VERY, VERY
                SMALL MUSEUM.^"; rtrue; }
            if (v == 'take' or 'get' or 'pick') { print "It's chained to the plinth with a very small
                chain.^"; rtrue; }
            z_won = true;
            print "You press the button. On its screen a tiny person presses a tiny button, and you feel
                something press you.^^";
            style bold; print "*** You have won a very small victory ***^"; style roman;
            rtrue;
          'door': print "It's a door.^"; rtrue;
        }
      'open', 'unlock':
        if (n == 'door' && zmem->Z_ROOM == 0) {
            if (zmem->Z_DOOR) print "It's unlocked: you can go north.^";
            else if (zmem->Z_KEY == 0) print "It is locked, and you have no key.^";
            else { zmem->Z_DOOR = 1; print "Click.^"; }
            rtrue;
        }
      'light', 'turn', 'switch':
        if (n == 'lamp' && zmem->Z_LAMP) {
            zmem->Z_LIT = 1; print "The lamp is lit.^";
            if (zmem->Z_ROOM == 2) ZLook();
            rtrue;
        }
      'n//', 'north', 'in', 'enter':
        if (zmem->Z_ROOM == 0) {
            if (zmem->Z_DOOR == 0) { print "The door is locked.^"; rtrue; }
            zmem->Z_ROOM = 1; ZLook(); rtrue;
        }
        print "Not that way.^"; rtrue;
      's//', 'south', 'out':
        if (zmem->Z_ROOM == 1) { zmem->Z_ROOM = 0; ZLook(); rtrue; }
        print "Not that way.^"; rtrue;
      'd//', 'down', 'downstairs':
        if (zmem->Z_ROOM == 1) { zmem->Z_ROOM = 2; ZLook(); rtrue; }
        print "Not that way.^"; rtrue;
      'u//', 'up', 'upstairs':
        if (zmem->Z_ROOM == 2) { zmem->Z_ROOM = 1; ZLook(); rtrue; }
        print "Not that way.^"; rtrue;
      'e//', 'w//', 'east', 'west': print "The museum isn't wide enough for that.^"; rtrue;
      'wait', 'z//': print "Time passes, very slightly.^"; rtrue;
      'play', 'use', 'type': print "You'd need very, very small fingers.^"; rtrue;
      'undo': print "(That came in with version 5, in 1987.)^"; rfalse;
      'help', 'hint': print "LOOK, TAKE, LIFT, UNLOCK, LIGHT, PRESS, N, S, U, D, INVENTORY, SAVE, RESTORE,
          QUIT.^"; rfalse;
      'score': print "0 of a possible 1.^"; rfalse;
      'xyzzy', 'plugh': print "A hollow voice says, ~small.~^"; rtrue;
      0: print "I don't know that word. I only know about sixty.^"; rfalse;
      default: print "I don't follow.^"; rfalse;
    }
    .nosuch;
    print "You see nothing like that, and there isn't room to hide it.^";
    rtrue;
];

[ UseMicro w i;
    if (z_won) "The screen says YOU HAVE WON A VERY SMALL VICTORY. It seems a pity to disturb it.";
    print "You sit down. (QUIT gets you up again.)^";
    Tint(GREEN);
    ZTitle();
    for (::) {
        print "^>>";
        w = ConsoleLine();
        if (line_tok->1 == 0) { print "Pardon?^"; continue; }
        if (w == 'quit' or 'q//' or 'stand' or 'leave' or 'exit' or 'bye') {
            Rise();
            "You push back the chair. The cursor waits where you left it.";
        }
        if (w == 'save') {
            if (floppy notin drive) { print "NO DISKETTE IN DRIVE.^"; continue; }
            for (i = 0: i < Z_SIZE: i++) zdisk->i = zmem->i;
            z_saved = true;
            print "The drive grinds like a small coffee mill. SAVED: ", Z_SIZE, " BYTES, BEING EVERYTHING
                THERE IS.^";
            continue;
        }
        if (w == 'restore') {
            if (floppy notin drive) { print "NO DISKETTE IN DRIVE.^"; continue; }
            if (z_saved == 0) { print "NOTHING SAVED ON IT.^"; continue; }
            for (i = 0: i < Z_SIZE: i++) zmem->i = zdisk->i;
            print "The drive grinds. RESTORED.^^";
            ZLook();
            continue;
        }
        if (w == 'restart') { ZResetGame(); continue; }
        if (ZDo() == 0) continue;
        if (z_won) {
            Rise();
            print "^Six bytes of museum, and they took two lives to see it all: one machine stopped, and
                another, with no memory of its own, got up and went on from the same step.^";
            Release(plate_z, Story, ACH_Z);
            rtrue;
        }
        z_moves++;
        if (z_moves == 5) print "^(On top of the computer, a timer ticks up to five.)^";
        if (z_moves >= 6) {
            print "^*CLICK* says the timer on the exhibit. The screen clears: somebody else's turn, except
                that there is nobody else.^";
            ZReset();
            ZTitle();
        }
    }
];
[ ZResetGame i; for (i = 0: i < Z_SIZE: i++) zmem->i = 0; ZTitle(); ];

! ---------------------------------------------------------------------------
!  SCUMM: nine verbs, several scripts, one lighthouse
! ---------------------------------------------------------------------------

Global sc_tin;                  ! the tin is open
Global sc_tea;                  ! 0 in the tin, 1 held, 2 in the kettle, 3 a pot, held, 4 given
Global sc_boil;                 ! turns until it whistles
Global sc_hot;
Global sc_says;                 ! which line the keeper is on

[ ScVerb v;
    switch (v) { '1': print "Give"; '2': print "Open"; '3': print "Close"; '4': print "Pick
        up"; '5': print "Look at";
        '6': print "Talk to"; '7': print "Use"; '8': print "Push"; '9': print "Pull"; }
];
[ ScThing t;
    switch (t) { 'a': print "keeper"; 'b': print "tin"; 'c': print "kettle"; 'd': print "lever"; 'e': print "window";
        'f': if (sc_tea >= 3) print "pot of tea"; else print "tea"; }
];
[ ScHas t;                      ! is that on the screen?
    if (t >= 'a' && t <= 'e') rtrue;
    if (t ~= 'f') rfalse;
    if (sc_tea == 0) return sc_tin;
    return (sc_tea == 1 or 3);
];

[ ScPanel t;
    font off;
    Tint(AMBER);
    print "^  1 Give     4 Pick up   7 Use^  2 Open     5 Look at   8 Push^  3 Close    6 Talk to   9
        Pull^";
    Tint(CYAN);
    print "  ";
    for (t = 'a': t <= 'f': t++) if (ScHas(t)) { print (char) t - 32, " "; ScThing(t); print "  "; }
    print "    0 leave^";
    Tint(PLAIN);
    font on;
];

[ ScPick t;                     ! wait for the key of something on the screen, or 0
    for (::) {
        t = Key();
        if (t == '0' or 'q') return 0;
        if (ScHas(t)) return t;
    }
];

[ UseScumm v a b;
    if (done->ACH_SCUMM) "The lamp in the picture goes round and round. Somewhere on the painted sea, a
        painted ship goes safely by.";
    print "On the screen: a lighthouse kitchen at night. A keeper sits with his back to the stove; there's
        a tin on the shelf, a kettle on the hob, a big lever on the wall and a black window. The pointer
        waits. (Press a number for a verb, then a letter; single keys, no RETURN needed. 0 leaves.)^";
    for (::) {
        ScPanel();
        do v = Key(); until (v == 'q' || (v >= '0' && v <= '9'));
        if (v == '0' or 'q') {
            Rise();
            "You let go of the joystick. The keeper goes on sitting there; his script has nowhere else to
                be.";
        }
        print "^"; ScVerb(v); print " ";
        a = ScPick();
        if (a == 0) { print "(nothing)^"; continue; }
        ScThing(a);
        b = 0;
        if (v == '1') { print " to "; b = ScPick(); }
        if (v == '7' && a == 'f' or 'c' or 'b') { print " with "; b = ScPick(); }
        if (v == '1' or '7' && b) ScThing(b);
        print "^";
        ScDo(v, a, b);
        if (sc_tea == 4) {
            Rise();
            Release(plate_scumm, Lighthouse, ACH_SCUMM);
            rtrue;
        }
        ScTick();
    }
];

! One slice of everybody else's script, after each of ours.
[ ScTick;
    if (sc_boil) {
        sc_boil--;
        switch (sc_boil) {
            2: print "(Meanwhile, in its own script, the kettle ticks.)^";
            1: print "(Meanwhile the kettle hisses.)^";
            0: sc_hot = true; print "(Meanwhile the kettle, on its own time, comes to the whistle.)^";
        }
    }
];

[ ScDo v a b;
    switch (v) {
      '1':
        if (b ~= 'a') { print "~It doesn't want it.~^"; rtrue; }
        if (a == 'f' && sc_tea == 3) {
            sc_tea = 4;
            print "~Ah,~ says the keeper, and at last his script moves on a line. He drinks; he stands; he
                walks, at exactly one speed, to the lever, and pulls it. Far overhead a lamp as big as a
                room begins to turn, and the window goes white, black, white.^^On the painted sea round the
                walls of the parlour, something answers.^";
            rtrue;
        }
        if (a == 'f') { print "~Dry?~ says the keeper.^"; rtrue; }
        print "~You can't give that. You haven't got it.~^";
      '2':
        if (a == 'b') { if (sc_tin) print "~It's open.~^"; else { sc_tin = true; print "The tin opens.
            There's tea in it.^"; } rtrue; }
        if (a == 'e') { print "~Not in this weather.~^"; rtrue; }
        print "~That doesn't open.~^";
      '3':
        if (a == 'b' && sc_tin) { print "~I might want it again.~^"; rtrue; }
        print "~It's as closed as it gets.~^";
      '4':
        if (a == 'f' && sc_tea == 0) { sc_tea = 1; print "Tea. Obviously.^"; rtrue; }
        if (a == 'f') { print "~I have that.~^"; rtrue; }
        if (a == 'c') {
            if (sc_tea == 2 && sc_hot) { sc_tea = 3; print "You pour it into a pot on the way, as one does.
                You have a pot of tea.^"; rtrue; }
            if (sc_tea == 2) { print "~It hasn't boiled yet.~^"; rtrue; }
            print "~It's only water. What's the use of water?~^"; rtrue;
        }
        if (a == 'a') { print "~I don't even know him.~^"; rtrue; }
        print "~I can't pick that up.~^";
      '5':
        switch (a) {
          'a': print "His beard has four pixels, and he's proud of all of them.^";
          'b': print "It says TEA.^";
          'c': if (sc_tea == 2) print "Tea, and water, and time.^"; else print "Full of water.^";
          'd': print "It would start the lamp. Only the keeper may pull it.^";
          'e': print "Black. There's a ship out there who would rather it weren't.^";
          'f': if (sc_tea == 3) print "A pot of tea, steaming in two frames.^"; else print "Tea, dry,
              one.^";
        }
      '6':
        if (a ~= 'a') { print "~It has no lines.~^"; rtrue; }
        sc_says++;
        switch (sc_says % 3) {
          1: print "~I can't light the lamp,~ says the keeper. ~I'm waiting for tea. A man's script doesn't
              go on without it.~^";
          2: print "~There's a tin and there's a kettle,~ says the keeper. ~It isn't my line to say
              more.~^";
          0: print "~Don't stand about watching the kettle on my account,~ says the keeper. ~It'll get on
              without you. So will everything.~^";
        }
      '7':
        if (a == 'd') { print "~Oi,~ says the keeper. ~That's my lever.~^"; rtrue; }
        if ((a == 'f' && b == 'c' && sc_tea == 1) || (a == 'c' && b == 'f' && sc_tea == 1)) {
            sc_tea = 2;  sc_boil = 3;
            print "You tip the tea into the kettle and turn up the hob. Purists would object. It'll boil by
                itself.^"; rtrue;
        }
        if (a == 'f' && sc_tea == 0) { print "~I haven't got it.~^"; rtrue; }
        if (a == 'f' && b == 'a') { print "~That isn't how you give a man tea.~^"; rtrue; }
        print "~Those things don't work together.~^";
      '8', '9':
        if (a == 'd') { print "~Oi,~ says the keeper. ~That's my lever.~^"; rtrue; }
        print "~It won't move.~^";
    }
];

! ---------------------------------------------------------------------------
!  DESQview on a 386
! ---------------------------------------------------------------------------

Global dv_window = 1;  Global dv_marked;  Global dv_ticks;

[ DvScreen;
    font off;
    print "^+-";
    switch (dv_window) {
      1: print "1-SNOW.COM----------------+^| *   .    *  .   *     *   |^|   .   *      *    .     * |^|
          *    .   *  .     *   .   |";
      2: print "2-LEDGER.EXE--------------+^| POSTAGE           14.02   |^| RUBBER PLANT       9.99   |^|
          GATE CODE  2741-1052-0386 |";
      3: print "3-GATE.COM----------------+^| UPPER GALLERY GATE        |^| STATE: ";
         if (gate has open) print "OPEN               |^| GOOD
             EVENING              |"; else print "SHUT               |^| ENTER CODE: ____-____-____|";
    }
    print "^+---------------------------+^";
    font on;
];

[ DvMenu k;
    print "^[DESQview]  1 2 3: switch window   M: mark   T: transfer   Q: get up^";
    for (::) {
        k = Key();
        switch (k) {
          '1', '2', '3':
            dv_window = k - '0';  dv_ticks++;
            DvScreen();
            if (dv_window == 1) print "SNOW.COM draws straight into the screen's memory, as fast as it can,
                for ever. It believes that it has the machine to itself. Twenty times a second it is
                stopped, put aside while the others run, and started again; it's never once noticed. What
                it takes for the screen is a page of its own.^";
            return 1;
          'm':
            if (dv_window == 2) { dv_marked = true; print "You mark the long number in the ledger. DESQview
                can read any window's screen, since it was DESQview that lent it.^"; return 1; }
            print "There is nothing in this window worth marking.^"; return 1;
          't':
            if (dv_marked == 0) { print "You have marked nothing to transfer.^"; return 1; }
            if (dv_window ~= 3) { print "This program isn't asking for anything.^"; return 1; }
            print "DESQview types the number into GATE.COM, key by key, as though from the keyboard.
                GATE.COM, which has never heard of any ledger, sees twelve keystrokes arrive, and is
                satisfied.^";
            if (gate hasnt open) { give gate open; }
            DvScreen();
            return 2;
          'q', '0': return 0;
          'a': print "The menu closes.^"; return 1;
        }
    }
];

[ UsePC k r;
    print "DESQview comes up, three windows deep. It is worked by tapping the ALT key; as this keyboard has
        no ALT to spare, A will do. (Single keys; Q gets up.)^";
    DvScreen();
    for (::) {
        k = Key();
        switch (k) {
          'q', '0': r = 0;
          'a': r = DvMenu();
          default: r = 1;
            if (dv_window == 3 && k >= '0' && k <= '9') print "The key sticks. (Cola.) GATE.COM sees
                nothing.^";
            else if (dv_window == 3) print "Beep, says GATE.COM. It wants numbers.^";
            else if (dv_window == 2) print "LEDGER.EXE is read-only since the accountant left. (A opens
                DESQview's own menu.)^";
            else print "SNOW.COM does not take questions. (A opens DESQview's own menu.)^";
        }
        if (r == 0) {
            Rise();
            "You get up. The three windows carry on, a slice each.";
        }
        if (r == 2 && parent(plate_v86) == 0) {
            Rise();
            print "^Out in the gallery a steel gate rolls aside.^";
            Release(plate_v86, Hall386, ACH_V86);
            rtrue;
        }
    }
];
