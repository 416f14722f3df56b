! ===========================================================================
!  hints.h -- help by the spoonful
! ---------------------------------------------------------------------------
!  HINT lists what is open to you and unsolved; HINT 3 gives the next hint on
!  number 3, and the next, until the last one tells all.
! ===========================================================================

Constant HINT_TOPICS = 12;
Array hint_given -> HINT_TOPICS + 1;

[ HintPlace t;
    switch (t) {
        1: return Steps;       2: return Foyer;       3: return Rotunda;
        4: return Parlour;     5: return CardRoom;    6: return MachineHall;
        7: return Story;       8: return Lighthouse;  9: return Gallery;
        10: return Hall386;    11: return Disco;      12: return Rings;
    }
];
[ HintSolved t;
    switch (t) {
        1: return done->ACH_IN;      2: return done->ACH_POWER;  3: return done->ACH_TRAP;
        4: return done->ACH_CP;      5: return done->ACH_DECK;   6: return done->ACH_M65;
        7: return done->ACH_Z;       8: return done->ACH_SCUMM;  9: return done->ACH_TEA;
        10: return done->ACH_V86;    11: return done->ACH_DISCO; 12: return done->ACH_VMW;
    }
];
[ HintTitle t;
    switch (t) {
        1: print "getting in";                     2: print "nothing has any power";
        3: print "the glass case";                 4: print "the typewriter terminals";
        5: print "the card punch";                 6: print "the Model 65";
        7: print "the very small museum";          8: print "the lighthouse";
        9: print "the curator's office";           10: print "the 386 and the gate";
        11: print "the Disco";                     12: print "the lamp marked IF";
    }
];
[ HintText t n;
    switch (t * 10 + n) {
        10: "You are carrying what you need.";
        11: "UNLOCK DOOR WITH STAFF KEY, and go north.";
        20: "The letter says where the power is off. It's dark down there.";
        21: "Somebody left an overcoat in the cloakroom. SEARCH COAT.";
        22: "SWITCH ON TORCH, go down from the Rotunda and west, and SWITCH ON EXHIBITS BREAKER.";
        30: "The card on it tells you who opens it, and when.";
        31: "Nothing happens unless the alarm is set. You need to be caught.";
        32: "SWITCH ON ALARMS BREAKER, in the basement; then OPEN CASE.";
        40: "You need a name and a password, and those are kept in books.";
        41: "Read the guide in the reading room. A computer you've just been given is empty until you load
            something.";
        42: "USE TERMINAL; LOGIN VISITOR; TIMESLICE; IPL CMS.";
        50: "It has nothing to punch, and nothing to punch it on. Those are two problems.";
        51: "The gift shop sells cards: put them in the hopper. In CMS, LISTF shows a file worth punching.";
        52: "OFFLINE PUNCH HYPER DECK, at the terminal.";
        60: "Two partitions want two decks, in two readers. And first there must be two partitions.";
        61: "The partition key is in the glass case. The hypervisor comes from the card punch. The other
            deck fell through the floor, and the tool for lifting floors is in the basement, north.";
        62: "Turn the switch; PUT HYPERVISOR DECK IN LEFT READER; PUT EMULATOR DECK IN RIGHT READER; PUSH
            LOAD BUTTON.";
        70: "Six moves are not enough to win it. But a machine can be written to a disk.";
        71: "There's a blank diskette in the tape vault. PUT IT IN DRIVE, play five moves, SAVE, let the
            timer have its way, RESTORE.";
        72: "LIFT MAT, TAKE KEY, UNLOCK DOOR, N, TAKE LAMP, SAVE, any move; RESTORE, LIGHT LAMP, D, PUSH
            BUTTON.";
        80: "There is nothing to point with. Someone lost one.";
        81: "PUT JOYSTICK IN SOCKET. The keeper wants what all keepers want; talk to him, and don't watch
            the kettle.";
        82: "Keys: 2 B, 4 F, 7 F C, then any three things, 4 C, 1 F A.";
        90: "Mr Trapp has a key he might part with. He looks cold. (The lighthouse keeper would
            understand.)";
        91: "A mug from the shop, a bag and a kettle in the kitchen.";
        92: "PUT TEA BAG IN MUG, SWITCH ON KETTLE, wait, POUR WATER IN MUG, GIVE TEA TO TRAPP. Then go up
            and south.";
        100: "It lacks a memory manager. Curators keep the good discs to themselves.";
        101: "PUT QEMM IN SLOT and use the PC. The number you can't type is in one window; the question is
            in another. DESQview can carry it.";
        102: "Keys: A 2, A M, A 3, A T.";
        110: "Three booths, two leads, one turntable -- and one record, which isn't here.";
        111: "The record is in the office; the third lead's on the roof. Three guests may share one page,
            if they only read it.";
        112: "PUT RECORD ON MIDDLE TURNTABLE, and PLUG each of the three leads INTO MIDDLE TURNTABLE.";
        120: "The program asks for something in a way that neither works nor fails. The program itself must
            change.";
        121: "Beyond the Disco is a machine that rewrites programs; but it must be told which instructions
            are treacherous. There's a pamphlet in the reading room.";
        122: "PUT PAMPHLET IN TRAY, PUT STRIP IN TRANSLATOR, TURN CRANK. PUT NEW STRIP IN STRIP SLOT, back
            at the rings, and PULL LEVER.";
        default: rfalse;
    }
];

[ HintOpen t; return (HintPlace(t) has visited && HintSolved(t) == 0); ];

[ HintSub t n;
    for (t = 1: t <= HINT_TOPICS: t++) if (HintOpen(t)) n++;
    if (n == 0) {
        if (Hung() < 7) "Nothing you have met is unsolved. Look into the rooms you haven't seen, gather the
            nameplates, and hang them on the rack in the Zoo.";
        "Press START.";
    }
    print "What's in your way? Type HINT and a number, and again for more:^^";
    for (t = 1: t <= HINT_TOPICS: t++) if (HintOpen(t)) {
        if (t < 10) print " ";
        print "  ", t, "  "; HintTitle(t); new_line;
    }
];

[ HintOnSub t i;
    t = number_said;
    if (t < 1 || t > HINT_TOPICS) "There's no hint of that number. HINT by itself lists them.";
    if (HintPlace(t) hasnt visited) "You haven't met that one yet.";
    for (i = 0: i <= hint_given->t: i++) { print "(", i + 1, "/", HintCount(t), ") "; HintText(t, i); }
    if (hint_given->t < HintCount(t) - 1) (hint_given->t)++;
];
[ HintCount t; if (t == 1) return 2; return 3; ];
