! ===========================================================================
!  above.h -- the upper floor, the office, and the roof
! ===========================================================================

Room Gallery "Upper Gallery"
  with desc [;
        print "A balcony round the inside of the dome, with the Rotunda's mosaic small below. The
            Lighthouse Parlour is west, the 386 hall east, and the curator's office south. To the north a
            steel gate";
        if (gate has open) " stands open.";
        " bars the way, with no keyhole and no handle, only a little sign: CONTROLLED BY GATE.COM.";
       ],
       shared gate office_door,
       d_to Rotunda, w_to Lighthouse, e_to Hall386, s_to office_door,
       n_to [; if (gate has open) return Rings; "The gate is shut. It answers to a program called GATE.COM,
           wherever that's running."; ],
       mutter "Below, very small, somebody crosses the Rotunda. It is Mr Trapp's shadow, on its rounds
           without him.";
Backdrop balcony "balcony" Gallery
  with name 'balcony' 'dome' 'mosaic' 'rail' 'railing', desc "From up here the mosaic reads TO EACH ITS
      OWN, and the rest is under the stairs.";

Backdrop gallery_stairs "stairs" Gallery
  with name 'stairs' 'stair' 'staircase', desc "Down to the Rotunda.",
       before [; Climb, Enter: <<GoDown>>; ],
  has  plural;

Object gate "steel gate"
  with name 'gate' 'sign' 'bars', adj 'steel' 'gate.com' 'north',
       desc [; if (self has open) "Open."; "Bars as thick as your thumb. CONTROLLED BY GATE.COM, says the
           sign, as if that were a comfort."; ],
       before [; Open, Push, Pull, Unlock, Lift: if (self has open) "It's open."; "It isn't that sort of
           gate. It wants its program to say so.";
                 Close: "It took enough trouble to open."; Enter: <<GoNorth>>; ],
  has  scenery openable;
Object office_door "office door"
  with name 'door', adj 'office' 'curator^s' 'oak',
       desc "Oak, with DR H. VANCE, CURATOR on it in gold leaf.",
       side_a Gallery, side_b Office, with_key office_key,
  has  scenery door openable lockable locked;
Object office_key "office key"
  with name 'key' 'keys//p', adj 'office' 'curator^s' 'brass',
       article "an",
       desc "Brass, and worn thin. Mr Trapp isn't looking.";

! ---------------------------------------------------------------------------
!  The Curator's Office and the Roof
! ---------------------------------------------------------------------------

Room Office "Curator's Office"
  with desc "Papers, a globe with the wrong countries, three dead plants and a live computer showing fish.
      A desk is somewhere under it all. The gallery is north, and an iron ladder goes up through a hatch to
      the roof.",
       shared office_door,
       n_to office_door, out_to office_door, u_to Roof;
Object office_desk "desk" Office
  with name 'desk' 'papers' 'paper', adj 'curator^s', desc "Memos, mostly about tea.",
  has  scenery supporter;
Backdrop office_things "globe" Office
  with name 'globe' 'plants' 'plant' 'fish' 'computer', desc "The globe was made for a film. The fish are a
      program. The plants were real.";
Backdrop ladder "iron ladder" Office
  with name 'ladder' 'hatch', adj 'iron', desc "Up to the roof.",
       before [; Climb, Enter: <<GoUp>>; ];
Object record "gramophone record" office_desk
  with name 'record' 'disc' 'lp', adj 'gramophone' 'irix' 'vinyl' 'black',
       desc "A twelve-inch single. The label reads: IRIX 5.3 KERNEL -- TEXT (READ ONLY). It is the same on
           both sides, and will be the same every time it's played; that is what read-only means.";
Object qemm "QEMM diskette" office_desk
  with name 'diskette' 'disk' 'disc' 'qemm' 'floppy', adj 'qemm' '386' 'qemm-386' 'manager',
       desc "Labelled in ballpoint: QEMM-386. Expanded memory manager. Load FIRST -- this is what puts the
           chip in virtual-8086 mode. Everything else just enjoys it.";
Object memo "memo" office_desk
  with name 'memo',
       desc "~To: all staff. The Disco needs three leads and has two. Whoever borrowed the blue one for the
           roof garden, I know, and I know that it was me. H.V.~";

Room Roof "Roof"
  with desc "The rain has thinned to a suggestion. Slates, chimneys, the lit dome like a moon in a puddle,
      and in a bathtub a tomato plant, which someone loves. The hatch leads down.",
       d_to Office, in_to Office,
       n_to "That way is three storeys and a hedge.", s_to "That way is three storeys and a fountain.",
       e_to "That way is three storeys and a bicycle shed.", w_to "That way is three storeys and the
           Ministry.",
       mutter "Far off a clock strikes something, and thinks better of the last one.";
Object tomato "tomato plant" Roof
  with name 'plant' 'tomato' 'tomatoes' 'bathtub' 'bath' 'cane', adj 'tomato',
       desc [; if (blue_lead in Roof && blue_lead hasnt moved) "It has been tied to a cane with a blue
           patch lead, in a bow."; "Released from its lead, it leans, but with self-respect."; ],
       before [; Take, Eat: "They're green yet."; Tie, Unplug: <<Take blue_lead>>; ],
  has  scenery;
Backdrop skyline "skyline" Roof
  with name 'slates' 'chimneys' 'chimney' 'city' 'sky' 'dome' 'hatch', desc "Somebody is awake, four
      streets off, at a yellow window. You wish them luck with it.";

! ---------------------------------------------------------------------------
!  The Lighthouse Parlour: SCUMM
! ---------------------------------------------------------------------------

Room Lighthouse "Lighthouse Parlour"
  with desc "Someone has painted the walls as a night sea in sixteen colours. A television the size of a
      wardrobe shows a lighthouse kitchen, drawn in chunky pixels; under it is a home computer with a
      nine-pin socket. The gallery is east.",
       e_to Gallery, out_to Gallery,
       mutter "On the painted sea, a painted light fails to come on.";
Backdrop sea "painted sea" Lighthouse
  with name 'sea' 'walls' 'wall' 'painting' 'lighthous', adj 'night' 'painted', desc "Sixteen colours, and
      all of them blue.";
Object c64 "television" Lighthouse
  with name 'television' 'tv' 'computer' 'screen' 'scumm' 'machine' 'label' 'card' 'panel' 'game' 'commodore', adj 'home' 'big',
       desc [;
        print "The card reads: In 1987 Ron Gilbert and Aric Wilmunder at Lucasfilm Games made a machine for
            making MANIAC MANSION: the Script Creation Utility, SCUMM. Its programs are scripts, for rooms
            and doors and people, dozens at once, each doing a little and then stepping aside for the next.
            The game is written for the pretended machine; only the pretending is done afresh for each
            computer. (MANIAC MANSION had fifteen verbs. The tidy panel of nine you see here came in
            1991.)^^";
        if (power_on == 0) "It is off.";
        if (joystick in c64) "The joystick is plugged in. Use the thing, and see."; "It is on, but nothing
            is plugged into the nine-pin socket.";
       ],
       before [;
        Operate, TypeOn, SwitchOn, PlayThing, Push:
            if (power_on == 0) "There's no power.";
            if (joystick notin c64) "The picture looks at you expectantly. There is nothing to point with:
                the nine-pin socket is empty.";
            UseScumm(); rtrue;
       ],
       as_second [; PutIn, Plug, PutOn: return PlugJoystick(noun); ],
  has  scenery machine;
Object socket64 "nine-pin socket" Lighthouse
  with name 'socket' 'port' 'pins', adj 'nine-pin' 'nine' 'pin' '9-pin' 'joystick',
       desc [; if (joystick in c64) "The joystick is in it."; "Nine pins, in two rows, for a joystick."; ],
       as_second [; PutIn, Plug, PutOn: return PlugJoystick(noun); ],
  has  scenery;
[ PlugJoystick x;
    if (x ~= joystick) "It wants a nine-pin plug.";
    if (joystick in c64) "It is plugged in already.";
    if (Carrying(joystick) == 0) "You aren't holding the joystick.";
    move joystick to c64;  give joystick scenery;
    "You plug the joystick in. On the screen a cross-shaped pointer wakes up and looks about.";
];

! ---------------------------------------------------------------------------
!  The 386 Hall
! ---------------------------------------------------------------------------

Room Hall386 "386 Hall"
  with desc "Beige, in every direction: an open-plan office of 1988 preserved to the last rubber plant. One
      PC on one desk is the exhibit. It has a diskette slot, and a keyboard in a state that makes you wash
      your hands in advance. The gallery is west.",
       w_to Gallery, out_to Gallery,
       mutter "Somewhere in the beige, a dot-matrix printer advances one line, on principle.";
Backdrop office_park "rubber plant" Hall386
  with name 'plant' 'desk' 'office' 'beige' 'printer', adj 'rubber' 'beige' 'dot-matri', desc "Beige. Even
      the plant.";
Object pc "PC" Hall386
  with name 'pc' 'computer' 'machine' '386' 'screen' 'keyboard' 'label' 'card' 'desqview' 'windows', adj '386' 'beige' 'ibm',
       desc [;
        print "The card reads: The Intel 80386 of 1985 could be several older chips at once. In
            VIRTUAL-8086 MODE each DOS program has a megabyte it believes to be the whole PC. Let it reach
            for the hardware, or for the interrupt flag, and the 386 stops it and calls the monitor, which
            does the thing, or something like it. DESQview and Windows/386 ran whole deskfuls of programs
            that had never heard of one another.^^Below: THE NUMBER KEYS NO LONGER WORK. (COLA, 1991.)^^";
        if (power_on == 0) "It is off.";
        if (qemm in pc_slot) "It is showing DESQview, in three windows."; "It is showing a DOS prompt, and
            ~386 memory manager not found~.";
       ],
       before [;
        Operate, TypeOn, SwitchOn, Push, PlayThing:
            if (power_on == 0) "There's no power.";
            if (qemm notin pc_slot) "You start DESQview. ~No 386 memory manager,~ it says. ~One program at
                a time, then,~ and drops you back at the prompt with the air of a waiter clearing a table.";
            UsePC(); rtrue;
       ],
       as_second [; PutIn: Perform(##PutIn, noun, pc_slot); rtrue; ],
  has  scenery machine;
Object pc_slot "diskette slot" Hall386
  with name 'slot' 'drive', adj 'diskette' 'floppy' 'disk',
       desc [; if (qemm in self) "The QEMM diskette is in it."; "Drive A. Empty."; ],
       as_second [; PutIn: if (noun ~= qemm) "The drive tries it, politely, and finds nothing there to
           load."; ],
  has  scenery container open;

! ---------------------------------------------------------------------------
!  The Ring Gallery: what does not trap
! ---------------------------------------------------------------------------

Room Rings "Ring Gallery"
  with desc [;
        print "The floor is inlaid with four brass rings, numbered 3 at the rim to 0 at the centre, where a
            clockwork engine stands under a lamp marked IF. You are in ring 3, with the other visitors. Out
            here is a slot for program strips and a lever, RUN. The lamp is ";
        if (done->ACH_VMW) print "out"; else print "lit";
        ". Doors lead south to the gallery and east, under a mirrored ball, to the Disco.";
       ],
       s_to Gallery, e_to Disco, out_to Gallery,
       in_to "You step over the brass into ring 2, and find yourself stepping over it into ring 3. It is
           very well made.",
       mutter "The engine at the centre ticks, once, to itself.";
Object engine "engine" Rings
  with name 'engine' 'label' 'card' 'clockwork' 'centre', adj 'clockwork' 'x86',
       desc "The card reads: The engine's visitors run in ring 3. If a visitor's program tries what only
           ring 0 may do, the engine mostly stops it and calls for help, and a monitor can then do the
           thing for it. Mostly. POPF, which ought to switch the interrupt flag, IF, does not stop. In ring
           3 it leaves the flag alone and says nothing. The program goes on, believing. (Curiously, the
           same maker's virtual-8086 mode, next door, gets this right.) Below: TO FREE THE NAMEPLATE, PUT
           OUT THE LAMP.",
       before [; Operate, SwitchOn: <<Pull lever>>; Touch, Push: "You are in ring 3. You can look."; ],
  has  scenery;
Object ring_floor "brass rings" Rings
  with name 'rings' 'ring' 'floor', adj 'brass' 'four', desc "0, 1, 2, 3. Nobody has ever been seen in 1 or
      2.",
       before [; Enter: <<GoIn>>; ], has scenery plural;
Object if_lamp "IF lamp" Rings
  with name 'lamp' 'flag' 'light', adj 'if' 'interrupt',
       desc "It says IF, and it is inside ring 0, where you are not.",
       before [; Push, Touch, SwitchOff, Take, Attack, Turn: "It is in ring 0. You may ask, by way of the
           engine; you may not touch."; ],
  has  scenery;
Object ring_slot "strip slot" Rings
  with name 'slot', adj 'strip' 'program',
       desc [; if (child(self)) { print "It holds ", (the) child(self), ".^"; rtrue; } "Empty. It takes
           program strips."; ],
       as_second [; PutIn: if (noun ~= strip or new_strip) "It takes program strips.";
                    if (child(self)) "There is a strip in it already."; ],
  has  scenery container open;
Object strip "paper strip" ring_slot
  with name 'strip' 'program' 'tape' 'paper', adj 'paper' 'program' 'original',
       desc "A visitor's program, in punched paper: PUSH 0; POPF; then the word THANKS. That is: take a
           zero, put it in the flags, and so put out the lamp IF.";
Object new_strip "translated strip"
  with name 'strip' 'program' 'tape', adj 'translate' 'translated' 'new' 'paper' 'warm',
       desc "The same program, rewritten: PUSH 0; CALL MONITOR; THANKS. It's a little longer, and it says
           what it means.";
Object lever "lever" Rings
  with name 'lever' 'run', adj 'run' 'brass',
       desc "RUN.",
       before [;
        Pull, Push, Turn, Operate, SwitchOn, Flip, Lift:
            if (power_on == 0) "It moves. Nothing else does: no power.";
            if (parent(plate_vmware)) "The engine runs the strip again. The lamp, which is out, is put
                out.";
            if (strip in ring_slot) "The engine draws in the strip. PUSH 0, it ticks. POPF, it ticks.
                THANKS, it ticks, and stops. The lamp is still lit. It was not refused: no bell, no guard,
                no complaint. It was not obeyed, either. It quietly didn't.";
            if (new_strip notin ring_slot) "There is no strip in the slot.";
            print "The engine draws in the new strip. PUSH 0, it ticks. CALL MONITOR -- and a bell rings,
                deep down, in ring 0. A small brass hand comes up, considers the zero, writes it in a
                little book beside ~IF, visitor's~, and puts out the lamp. It goes down again. THANKS,
                ticks the engine, in ring 3, none the wiser.^";
            Release(plate_vmware, Rings, ACH_VMW);
            rtrue;
       ],
  has  scenery;

! ---------------------------------------------------------------------------
!  The Disco: three guests, one record
! ---------------------------------------------------------------------------

Global dancing;
Room Disco "Disco"
  with desc [;
        print "A mirrored ball, a floor of lit squares, and three booths -- red, green and blue -- in each
            of which stands a tin robot in headphones, marked IRIX. At the front are three turntables, and
            only the middle one has both a belt and a needle. ";
        if (dancing) print "The robots are dancing. The mirrored wall to the east has slid aside on a
            garage. ";
        else print "The robots are not dancing. They look as if they would like to. The east wall is all
            mirror. ";
        "The rings are west.";
       ],
       w_to Rings, out_to Rings,
       e_to [; if (dancing) return Garage; "A mirror: you, and three still robots. Something behind it
           sounds like a workshop."; ],
       mutter [; if (dancing) "The three robots turn, in perfect step, each of them quite alone."; "The
           mirrored ball drips slow light down the walls."; ];
Backdrop robots "tin robots" Disco
  with name 'robots' 'robot' 'irix' 'guests' 'guest' 'booth' 'booths' 'ball' 'squares' 'wall' 'card' 'label' 'disco' 'headphone' 'mirror' 'floor',
       adj 'tin' 'mirrored' 'three',
       desc [;
        print "The card reads: In 1997 Edouard Bugnion, Scott Devine and Mendel Rosenblum, of Stanford,
            wished to run ordinary operating systems on a machine with very many processors. DISCO ran
            several copies of IRIX, each sure that it owned a small machine with pages numbered from zero.
            Disco kept the map from each guest's pages to the real ones. And where two guests wanted the
            SAME page -- the same kernel, say, off the same disk -- both maps simply pointed at one copy,
            until somebody should try to write on it.^^Each booth's lead is its page zero. A lead's plug
            will stack on top of another.^";
        rtrue;
       ],
  has  plural;
Object turntable "middle turntable" Disco
  with name 'turntable' 'turntables' 'deck' 'needle' 'belt', adj 'middle' 'working' 'good' 'centre',
       desc [; if (record in self) "The record is on it, going round."; "It is turning, with nothing on
           it."; ],
       as_second [;
        PutOn, PutIn: if (noun ~= record) { if (noun ofclass Lead) { PlugLead(noun); rtrue; } "It plays
            records."; }
            if (Carrying(record) == 0) rfalse;
            move record to turntable;
            if (AllPlugged()) { StartDance(); rtrue; }
            if (power_on) "You set the record going. It plays, beautifully, to nobody: not every booth can
                hear it.";
            "You set the record down.";
        Plug: PlugLead(noun); rtrue;
       ],
  has  scenery supporter;
Object other_tables "outer turntables" Disco
  with name 'turntable' 'turntables', adj 'left' 'right' 'outer' 'broken' 'other',
       desc "One has no belt and one has no needle. Between them they make one turntable and a half.",
       as_second [; Plug, PutOn, PutIn: "It is broken. And even if it weren't, there is only the one
           record."; ],
  has  scenery plural;

Class Lead
  with name 'lead' 'leads//p' 'cable' 'cord',
       plug 1,
       before [;
        PlugIn: if (location == Disco) { PlugLead(self); rtrue; }
        Plug: if (second == turntable) rfalse;
              if (second ~= other_tables) "That isn't what it's for.";
        Unplug: if (self has on) "It's doing good where it is."; "It isn't plugged into anything.";
        Take, Pull: if (self ~= blue_lead) "Its other end is bolted into the booth. It reaches the
            turntables, but no further.";
              if (self has on) "It's doing good where it is.";
       ],
       desc [;
        print "A patch lead with a plug that others can stack on.";
        if (self has on) " It is plugged into the middle turntable.";
        if (self ~= blue_lead) " The other end belongs to its booth. This end hangs loose.";
        " It ought to join the blue booth to something.";
       ];
Lead red_lead "red lead" Disco     with adj 'red' 'patch',   has scenery;
Lead green_lead "green lead" Disco with adj 'green' 'patch', has scenery;
Lead blue_lead "blue lead" Roof
  with adj 'blue' 'patch',
       initial "A blue patch lead has been used to tie the tomato to its cane.";

[ AllPlugged; return (red_lead has on && green_lead has on && blue_lead has on); ];
[ PlugLead x;
    if (x hasnt scenery && x ofclass Lead && Carrying(x) == 0) "You aren't holding it.";
    if (~~(x ofclass Lead)) "It wants one of the booths' leads.";
    if (location ~= Disco) "Nothing here takes it.";
    if (x has on) "It's plugged in already.";
    give x on scenery;
    if (x == blue_lead) { move x to Disco; print "You run the blue lead from the blue booth, and stack its
        plug on the middle turntable. "; }
    else print "You stack the plug of ", (the) x, " on the middle turntable. ";
    if (AllPlugged() && record in turntable) { new_line; StartDance(); rtrue; }
    if (record in turntable) "One robot lifts its head.";
    "Its robot listens, hopefully, to nothing.";
];
[ StartDance;
    if (power_on == 0) { print "But with no power, nothing turns.^"; rtrue; }
    dancing = true;
    print "The needle comes down. In the red booth a robot hears, on its own page zero, its own private
        copy of its own kernel. In the green booth a robot hears the same. In the blue booth, the same.
        They begin to dance.^^There is one record. Nobody has told them, and they've no way to ask.^^The
        mirror in the east wall slides aside. Behind it is a garage: people did go straight from the one to
        the other.^";
    Release(plate_disco, Disco, ACH_DISCO);
];

! ---------------------------------------------------------------------------
!  The Garage: VMware's translator
! ---------------------------------------------------------------------------

Room Garage "Garage"
  with desc "A Palo Alto garage, or a good forgery: a workbench, pizza boxes in strata, a whiteboard. The
      thing on the bench is half typewriter and half mangle, with a tray for reference lists, a slot at the
      front, and a crank. The Disco is west.",
       w_to Disco, out_to Disco,
       mutter "A pizza box slides a quarter of an inch, like a continent.";
Backdrop whiteboard "whiteboard" Garage
  with name 'whiteboar' 'boxes' 'pizza' 'bench' 'workbench' 'box' 'garage', adj 'pizza',
       desc "~IT CAN'T BE DONE ON X86~ -- underlined -- and beneath it, in another pen, ~so we won't do it
           ON x86. We'll do it to it.~";
Object translator "translator" Garage
  with name 'translato' 'translator' 'machine' 'mangle' 'typewriter' 'label' 'card' 'vmware', adj 'binary',
       desc [;
        print "The card reads: By 1974's rules the x86 could not be virtualised. VMware, founded in Palo
            Alto in 1998 by five people, three of them from Disco, sold a product in 1999 that did it.
            Ordinary user code ran as it was. System code was read a block at a time just before it ran,
            and REWRITTEN: harmless instructions copied, the treacherous ones replaced by calls to the
            monitor. The rewritten blocks were kept, so the work was done once.^^";
        if (pamphlet in list_tray) "Its reference tray holds the pamphlet."; "Its reference tray is empty:
            it would not know treachery if it saw it.";
       ],
       as_second [;
        PutIn, Plug: if (noun == pamphlet) { Perform(##PutIn, noun, list_tray); rtrue; }
               Perform(##PutIn, noun, trans_slot); rtrue;
        Translate: Perform(##PutIn, noun, trans_slot); rtrue;
       ],
       before [; Operate, SwitchOn, Turn, Push, Pull: Translate1(); rtrue; ],
  has  scenery;
Object list_tray "reference tray" Garage
  with name 'tray', adj 'reference' 'list',
       desc [; if (pamphlet in self) "It holds the pamphlet."; "Labelled: WHICH INSTRUCTIONS ARE SENSITIVE
           BUT DO NOT TRAP? It is empty."; ],
       as_second [; PutIn, PutOn: if (noun ~= pamphlet) "That would not help it tell good instructions from
           bad."; ],
  has  scenery container open;
Object trans_slot "translator slot" Garage
  with name 'slot', adj 'translato' 'translator' 'front',
       desc [; if (strip in self) "The paper strip is in it."; "Empty. It takes program strips."; ],
       as_second [; PutIn: if (noun == new_strip) "That has been translated. Once is enough; that's the
           point of keeping it."; if (noun ~= strip) "It takes program strips."; ],
  has  scenery container open;
Object crank "crank" Garage
  with name 'crank' 'handle', desc "It turns one way.",
       before [; Turn, Pull, Push, Operate: Translate1(); rtrue; ], has scenery;

[ Translate1;
    if (parent(new_strip)) "The translator has the block in its cache already. No need to do it twice.";
    if (strip notin trans_slot) "You turn the crank. The rollers roll on nothing; there's no program in the
        slot.";
    if (pamphlet notin list_tray) "You turn the crank. The strip goes in, is copied hole for hole, and
        comes out just as it was, with a shrug. The machine has no list of which instructions to distrust.
        You put the strip back in the slot.";
    remove strip;
    move new_strip to player;  it_obj = new_strip;
    "You turn the crank. PUSH 0: it looks down the list, and copies it. POPF: it looks down the list -- and
        stops, and types something longer. THANKS: it copies it. Out comes a new strip, warm, and you take
        it. The old one is filed underneath, where nobody will execute it again.";
];
