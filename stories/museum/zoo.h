! ===========================================================================
!  zoo.h -- the last room, and the end
! ===========================================================================

Room Zoo "The Zoo"
  with desc [;
        print "The new wing: white, quiet, and smelling of paint. On a plain table under a plain light
            stands a machine about the size of a sandwich, with a screen and a START button. Behind it runs
            a rack of seven hooks. The Rotunda is south.";
        if (CountListed(rack) == 0) print " The hooks are empty.";
        new_line; rtrue;
       ],
       s_to Rotunda, out_to Rotunda;
Object rack "rack" Zoo
  with name 'rack' 'hooks' 'hook' 'frames', adj 'seven',
       desc [; print "Seven hooks, for seven nameplates. ";
               if (Hung() == 7) "All seven are hung.";
               print Hung(), " so far.^"; ],
       as_second [;
        PutOn, PutIn, Tie, Plug:
            if (~~(noun ofclass Plate)) "The rack is for nameplates.";
            if (noun in self) "It's hanging there already.";
            if (Fetch() == 0) rtrue;
            move noun to self;
            HangPlate(noun);
            rtrue;
       ],
  has  scenery supporter;
Object host "small machine" Zoo
  with name 'machine' 'host' 'screen' 'sandwich' 'computer' 'table', adj 'small' 'new' 'plain',
       desc [;
        print "The card isn't up yet. On the screen: HOST READY. GUESTS: ", Hung(), " OF 7.^";
        if (Hung() == 7) print "PRESS START.^";
        rtrue;
       ],
       before [; Operate, SwitchOn, TypeOn, Load: <<Push start_button>>; ],
  has  scenery machine;
Object start_button "START button" Zoo
  with name 'button' 'start', adj 'start',
       desc "START. It looks pleased to be asked.",
       before [; Push, Touch, SwitchOn, Operate, Load:
            if (Hung() < 7) { print "The screen says: GUESTS: ", Hung(), " OF 7. NOT ALL HERE
                YET.^"; rtrue; }
            TheEnd(); rtrue; ],
  has  scenery pushable;

[ Hung c n; objectloop (c in rack) if (c ofclass Plate) n++; return n; ];
[ HangPlate p k;
    k = p - plate_m65;                          ! the plates are numbered in a row
    print "You hang ", (the) p, " on the rack. ";
    if (hung_once->k == 0) { hung_once->k = true; plates_hung++; score = score + 2; }
    switch (p) {
        plate_m65:    "Two rows of lamps light up on the small machine's screen, divided by a bright line.";
        plate_cp:     "A typewriter font says CP-67 ONLINE.";
        plate_z:      "A cursor blinks, in no hurry at all.";
        plate_scumm:  "A lighthouse the height of a fingernail begins to turn.";
        plate_v86:    "It begins to snow in one corner, straight into the screen's memory.";
        plate_disco:  "Very faintly, it has started to hum.";
        plate_vmware: "A brass hand waves, once, from ring 0.";
    }
];

[ TheEnd;
    Achieve(ACH_START);
    print "You press START.^^The room doesn't change. On the screen they come up one after another, each in
        its little window. A Model 65 divides in two and neither half minds. A typewriter in Cambridge,
        1967, is handed a whole computer. A lamp is lit in a very small museum, and on a cliff. Three tin
        robots dance to one record. Snow falls. POPF is asked for, and, this time, obeyed.^^Each of them
        looks out of its window, and sees, as it has always seen, that it's the only machine in the world.
        Each begins to count its memory from zero.^^Then an eighth window opens, one you didn't hang a
        plate for. In it are green letters, and a version number: five. You lean in to read.^^";
    style bold; print "    Front Steps^"; style roman;
    print "    Rain, and the smell of a city that has gone to bed...^^You think about that for a moment.
        You find that it doesn't trouble you. You had a door, and a key to it, and when you reached for a
        thing that you might not touch, somebody came.^^~Nine o'clock,~ says Mr Trapp behind you. It can't
        be; but the windows are full of morning, and the rain has stopped. He's brought two mugs, and he
        gives you one. From the front of the building comes the sound of the bronze doors, and then of
        feet: small ones, mostly, and running.^^~Here come the guests,~ says Mr Trapp.^";
    ended = 2;
    rtrue;
];
