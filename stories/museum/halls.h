! ===========================================================================
!  halls.h -- the ground floor: the case, the Model 65, CP-67, the Z-machine
! ===========================================================================

! ---------------------------------------------------------------------------
!  The Rotunda, and the case that only opens if you are caught
! ---------------------------------------------------------------------------

Room Rotunda "Rotunda"
  with desc [;
        print "Rain walks on the glass of the dome. Under its exact centre stands a glass case, and round
            the floor in mosaic run the words TO EACH ITS OWN MACHINE. Halls open west (mainframes) and
            east (the reading room); a new white arch to the north says THE ZOO, and the foyer is south.
            Stairs curl up to the gallery and down to the basement.^";
       ],
       n_to Zoo, s_to Foyer, w_to MachineHall, e_to Reading, u_to Gallery, d_to Foot,
       mutter "A drop gets through the dome and lands, with precision, on the word MACHINE.";

Backdrop dome "dome" Rotunda
  with name 'dome' 'mosaic' 'floor' 'words' 'arch' 'rain' 'drop', adj 'white' 'glass',
       desc "From below, with the rain on it, it looks like a thing being computed.";

Backdrop rotunda_stairs "stairs" Rotunda
  with name 'stairs' 'stair' 'staircase',
       desc "Up to the gallery, down to the basement.",
       before [; Climb, Enter: "Up, or down?"; ],
  has  plural;

Object glass_case "glass case" Rotunda
  with name 'case' 'lid' 'label' 'card', adj 'glass' 'display' 'privilege',
       desc [;
        print "The card reads: PRIVILEGED. A visitor who touches this case will not open it. If the alarm
            is set, the attempt is trapped, the supervisor comes, looks to see what was being attempted,
            and carries it out on the visitor's behalf. The visitor need never know. (Popek and Goldberg,
            1974.)^";
        if (partition_key in self) "Inside, on velvet, is a small key with an enormous paper tag.";
        "There is nothing in it but velvet.";
       ],
       before [;
        Open, Unlock, Attack, Touch, Lift, Push, Pull, Shake:
            if (partition_key notin self) "It has nothing left that you want.";
            if (alarm_on == 0) "The lid doesn't move. No bell rings; nobody comes. It is merely locked, and
                you have merely failed.";
            move partition_key to player;  give partition_key moved;  it_obj = partition_key;
            Achieve(ACH_TRAP);
            print "A bell rings, once. Everything in you stops with your hand in the air.^^Mr Trapp arrives
                without hurry, looks at your hand, at the case, at what you were evidently about to do, and
                consults a small book. ~Proper,~ he says. He unlocks the lid, lifts out the key, closes
                your fingers round it, locks the lid, and sets your arm back exactly where it would have
                been.^^";
            "Then you are standing in the Rotunda having, as far as you can tell, opened the case. It took
                a little longer than you'd expect.";
        Search: <<Examine self>>;
       ],
  has  scenery container transparent;

Object partition_key "partition key" glass_case
  with name 'key' 'keys//p' 'tag', adj 'partition' 'small' 'paper',
       before [; Take: if (self in glass_case) <<Open glass_case>>; ],
       desc "The tag is much bigger than the key. It says: 2065 -- PARTITION SWITCH. DO NOT TURN DURING
           PAYROLL.";

! ---------------------------------------------------------------------------
!  The Model 65 and its hypervisor
! ---------------------------------------------------------------------------

Room MachineHall "Mainframe Hall"
  with desc [;
        print "The System/360 Model 65 fills the west wall in a shade of blue that meant business. Its
            console is a thicket of lamps";
        if (m65_running) print ", busy in two separate gardens, left and right";
        else if (power_on) print ", dim and waiting";
        else print ", dark";
        print ". In front stand two card readers, one left, one right; under the lamps is a keyhole and a
            blue LOAD button. ";
        if (tile has open) print "A floor tile stands open on a dark square below. ";
        else print "One tile of the raised floor rocks when you step on it. ";
        "The Rotunda is east, the card room north and the time-sharing parlour south.";
       ],
       e_to Rotunda, n_to CardRoom, s_to Parlour,
       d_to [; if (tile has open) return Under; "There is only floor. One tile of it is loose, but it has
           no handle."; ],
       mutter [; if (power_on) "Somewhere in the blue cabinets a lamp thinks better of it."; "The cabinets
           tick as they cool, which is odd, since they're cold."; ];

Backdrop m65 "Model 65" MachineHall
  with name 'console' 'lamps' 'machine' 'computer' 'cabinets' 'card' 'lights' 'mainframe' 'label' '65' 'hypervisor',
       adj 'model' '65' 'ibm' 'system/36' 'blue' 's/360' '360',
       desc [;
        print "The card reads: In 1971 Gary Allred of IBM described how to run two systems on one Model 65.
            A change to the hardware split it into two PARTITIONS, each addressed from zero. A program laid
            its own status words over the systems' and so took every interrupt in the machine; having found
            out which partition it was for, it passed it on. The program was called the HYPERVISOR -- the
            first to have the name.^^";
        print "Each partition had to have its own devices: a reader to itself, and so on. It made for big
            installations.^^";
        if (m65_running) "Left, the hypervisor; right, the emulator, counting from zero, happy as a clam.";
        if (split) "The lamps are divided by a bright line down the middle: two partitions."; "The lamps
            show one undivided machine.";
       ],
       before [; Operate, SwitchOn, Load: "A Model 65 is started by its LOAD button, with something in the
           reader."; ];

Object left_reader "left reader" MachineHall
  with name 'reader' 'readers' 'tray' 'hopper', adj 'left' 'card' '00c',
       as_second [; PutIn, PutOn: return ReaderTakes(); ],
       desc "A card reader, unit 00C. It belongs to the left-hand side of the machine, and the LOAD button
           starts from it.",
  has  scenery container open;
Object right_reader "right reader" MachineHall
  with name 'reader' 'readers' 'tray' 'hopper', adj 'right' 'card' '01c',
       as_second [; PutIn, PutOn: return ReaderTakes(); ],
       desc "A card reader, unit 01C, cabled to the right-hand side of the machine.",
  has  scenery container open;

[ ReaderTakes;
    if (noun ~= hyper_deck or emu_deck or cards) "A card reader reads cards.";
    if (m65_running) "It's busy.";
    if (child(second)) "There are cards in it already.";
    rfalse;
];

Object keyhole "partition switch" MachineHall
  with name 'keyhole' 'switch' 'lock', adj 'partition' 'key',
       desc [; if (split) "A key switch, at SPLIT."; "A key switch with two positions: WHOLE, where it is,
           and SPLIT. It wants a key."; ],
       as_second [;
        PutIn, Unlock: if (noun == partition_key || second == partition_key) { TurnPartition(); rtrue; }
            if (noun ofclass Plate || noun ~= staff_key or office_key) "It wants a key."; "The wrong key:
                it goes in but will not turn.";
       ],
       before [;
        Turn, SwitchOn, SwitchOff, Push, Unlock, Set, Flip, Operate, Pull:
            if (second && second ~= partition_key) "It takes a small, peculiar key, and that's not it.";
            TurnPartition(); rtrue;
       ],
  has  scenery lockable locked;

[ TurnPartition;
    if (Carrying(partition_key) == 0) "The switch wants a key, and a particular one.";
    if (m65_running) "Not while it's running. The tag said something about payroll.";
    if (split) { split = false; "You turn the switch back to WHOLE. The bright line fades from the
        lamps."; }
    split = true;
    "You turn the key to SPLIT. Relays walk the length of the wall, and a bright line divides the console
        lamps down the middle. There are two machines here now, each of which believes it starts at zero.";
];

Object load_button "LOAD button" MachineHall
  with name 'button' 'load', adj 'load' 'blue',
       desc "The blue LOAD button. On a System/360 this is how everything begins: read one card, and
           believe it.",
       before [; Push, Operate, SwitchOn, Touch, Load: PressLoad(); rtrue; ],
  has  scenery pushable;

[ PressLoad;
    if (power_on == 0) "It goes in, and comes out. There is no power.";
    if (m65_running) "Both halves are running. Let them.";
    if (child(left_reader) == 0) "The left reader clacks once on nothing, and the WAIT lamp lights. It
        starts from the left reader; there must be a deck in it.";
    if (hyper_deck notin left_reader) {
        if (emu_deck in left_reader)
            "The emulator reads in and takes the whole machine, as it was brought up to. Nothing else gets
                a look in. After a while it notices it has nobody to be emulated for, and stops. It should
                have been loaded by something that looked after both sides.";
        "The left reader draws in a card, finds nothing on it, and stops with a cough.";
    }
    if (split == 0) "The hypervisor reads in, looks for a second partition to look after, and finds that
        the machine is all one piece. It prints NOTHING TO SUPERVISE and waits, rather pointedly.";
    if (emu_deck notin right_reader) {
        if (emu_deck in left_reader) "The hypervisor reads in, but its partner's deck comes through the
            same reader behind it, and is rejected: every partition must have devices of its own.";
        "The hypervisor reads in on the left, lays its status words over everything, and tries to start a
            system on the right. The right-hand partition clacks its own reader -- it may use no other --
            and there is nothing in it to run.";
    }
    m65_running = true;
    print "The left reader riffles its deck in. The hypervisor comes up, lays its own status words over the
        machine's, and starts the other side. The right reader riffles; the emulator wakes, looks at its
        storage, and finds, as it expected, that the world begins at zero.^^An interrupt arrives. The
        hypervisor takes it, sees whose it is, and hands it over. Then another. The lamps settle into two
        rhythms, neither of which knows about the other.^";
    Release(plate_m65, MachineHall, ACH_M65);
];

Object tile "floor tile" MachineHall
  with name 'tile' 'floor' 'panel', adj 'loose' 'floor' 'rocking' 'raised',
       desc [; if (self has open) "Open, on a dark square full of cable."; "A square steel panel, loose,
           and quite flat: nothing for fingers to hold."; ],
       before [;
        Lift, Open, Pull, Take:
            if (self has open) "It's open already.";
            if (Carrying(lifter) == 0) "You can't get a fingernail under it. There is a tool for this: two
                suckers and a handle.";
            give self open;
            "You plant the suckers, lean back, and the tile comes up with a kiss. Below is the dark under
                the floor.";
        Push, Close: if (self has open) { give self ~open; "You let it down again."; } "It rocks.";
        Enter, Climb: <<GoDown>>;
        Search, LookUnder: if (self has open) "Cables, and darkness. You could go down."; "You'd have to
            lift it.";
       ],
  has  scenery;

! ---------------------------------------------------------------------------
!  The Card Room
! ---------------------------------------------------------------------------

Room CardRoom "Card Room"
  with desc "Once there were forty people in here, and a noise like hail. Now there's a card punch the size
      of a sideboard, with an empty-looking hopper and a stacker, and a wall of drawers labelled in pencil.
      The mainframes are south.",
       s_to MachineHall, out_to MachineHall;

Backdrop drawers "drawers" CardRoom
  with name 'drawers' 'drawer' 'wall', adj 'pencil',
       desc "PAYROLL. PAYROLL (OLD). STARS. TIDES. ~DO NOT DROP.~ All empty.",
       before [; Open, Search: "Empty, but for a rubber band."; ],
  has  plural;
Object card_punch "card punch" CardRoom
  with name 'punch' 'machine' 'stacker' 'label' 'card', adj 'card' 'big',
       desc [;
        print "The card reads: When a hundred virtual machines each have a card punch, and there's one real
            punch, what they punch is kept on disk until the real one is free. This is SPOOLING. The guests
            never wait.^";
        if (spooled && hyper_deck hasnt on) print "A lamp on the punch is blinking: OUTPUT PENDING --
            CARDS.^";
        if (cards in hopper) "The hopper is full of blank cards."; "The hopper is empty.";
       ],
       as_second [; PutIn, PutOn: Perform(##PutIn, noun, hopper); rtrue; ],
       before [; SwitchOn, Operate, Push: "It works by itself, when somebody has something to punch, and
           there are cards."; ],
  has  scenery;
Object hopper "hopper" CardRoom
  with name 'hopper' 'feed', adj 'card' 'input',
       desc [; if (cards in self) "Full of blank cards."; "Empty."; ],
       as_second [; PutIn: if (noun ~= cards) "Only blank cards go in there: what has holes already has
           opinions."; ],
  has  scenery container open;

Object hyper_deck "hypervisor deck"
  with name 'deck' 'hyper', adj 'hypervisor' 'fresh' 'of' 'punched' 'card' 'cards',
       initial "A fresh deck of cards lies in the punch's stacker, still warm.",
       before [; Open, Read: <<Examine self>>; ],
       desc "Seventy-two cards held by a rubber band, with HYPER along the top edge. A hypervisor, in the
           hand: about the weight of a sandwich.";

[ PunchTurn;
    if (spooled == 0 || cards notin hopper || power_on == 0 || hyper_deck has on) rfalse;
    give hyper_deck on;
    remove cards;
    move hyper_deck to CardRoom;
    Achieve(ACH_DECK);
    if (location == CardRoom) "^The punch wakes like a hailstorm in a biscuit factory. Seventy-two cards
        later, a deck drops into the stacker.";
    "^From the card room comes a noise like hail in a biscuit factory. It lasts about seventy cards.";
];

! ---------------------------------------------------------------------------
!  The Time-Sharing Parlour: CP-67
! ---------------------------------------------------------------------------

Room Parlour "Time-Sharing Parlour"
  with desc "A drawing-room of 1967: standard lamp, patterned carpet, and against every wall a typewriter
      terminal on its own small table, each with its own small chair facing its own small corner. The
      mainframes are north.",
       n_to MachineHall, out_to MachineHall,
       mutter "One of the typewriters shifts its carriage, as if about to speak.";

Object terminal "typewriter terminal" Parlour
  with name 'terminal' 'terminals' 'typewrite' 'keyboard' '2741' 'label' 'card' 'cp-67' 'cp', adj 'typewrite' 'ibm',
       desc [;
        print "An IBM 2741: a Selectric typewriter with a telephone line for a soul. The card reads: At
            Cambridge, Massachusetts, in January 1967, a modified Model 40 running CP-40 began giving each
            of its users not a share of a computer but a whole one, imaginary and complete: its own
            console, cards, disks and storage. CP-67 did the same for the Model 67. Inside each ran CMS, a
            system for one person, which had never been told about anybody else.^^";
        if (power_on) "It hums. Use it and see."; "It is dead: no power.";
       ],
       before [;
        Operate, TypeOn, SwitchOn, Push, Touch:
            if (power_on == 0) "The keys go down and nothing else does. No power.";
            UseCP(); rtrue;
        Count: "Fourteen. Fourteen people could have a computer each, and there'd still be one computer.";
       ],
  has  scenery machine;
Backdrop furniture "furniture" Parlour
  with name 'lamp' 'carpet' 'furniture' 'chair' 'chairs' 'table' 'tables', adj 'standard' 'patterned' 'small',
       desc "Each chair faces away from all the others. It was a very considerate design.";

! ---------------------------------------------------------------------------
!  The Reading Room and the Story Room
! ---------------------------------------------------------------------------

Room Reading "Reading Room"
  with desc "Leather, lamplight, and the conversation of old paper. Shelves go up past where the ladder
      stops. A doorway to the north glows faintly green; the Rotunda is west.",
       w_to Rotunda, out_to Rotunda, n_to Story,
       mutter "A book somewhere above you leans on its neighbour, and sighs.";

Backdrop shelves "shelves" Reading
  with name 'shelves' 'shelf' 'books' 'ladder' 'leather' 'lamplight' 'doorway',
       desc "Goldberg's thesis. Bell Labs journals. A run of BYTE, complete but for the one everybody
           wanted. Nothing you need that isn't on the table.";
Object table "reading table" Reading
  with name 'table', adj 'reading', desc "Oak, and inked by generations.", has scenery supporter;
Object guide "CP-67 user's guide" table
  with name 'guide' 'book' 'manual' 'bookmark' 'slip', adj 'user^s' 'users' 'cp-67' 'user' 'pink',
       before [; Open, Search: <<Examine self>>; ],
       desc [;
        print "~To sign on, type LOGIN and your userid, and when asked, your password. CP will tell you
            that you have a computer. It has, at this point, nothing in it: you must load it, just as you
            would a real one. Type IPL CMS.~^^~LISTF lists your files. PRINTF types one out. OFFLINE PUNCH,
            with a file's name and type, sends it to your card punch -- your virtual one; CP will see to
            the real one. QUERY USERS tells you who else is on, not that it matters. LOGOUT.~^^";
        "A pink slip marks the page. It says: userid VISITOR, password TIMESLICE.";
       ];
Object pamphlet "pamphlet" table
  with name 'pamphlet' 'list' 'seventeen' 'paper', adj 'thin' 'black' 'list' 'of' 'robin' 'irvine',
       before [; Open: <<Examine self>>; ],
       desc [;
        print "~On 1974 rules, a machine can be virtualised simply if every SENSITIVE instruction is also
            PRIVILEGED: if whatever would give the game away, or change the machine, traps when a guest
            tries it. On the Intel processors seventeen instructions are sensitive and do not trap. They
            simply do something else, and say nothing.~^^";
        "Then a list of the seventeen: SGDT, SIDT, SLDT, SMSW, PUSHF, POPF, LAR, LSL, VERR, VERW, and so
            on. Somebody has ringed POPF. (Robin and Irvine, 2000; the people who needed the list first had
            to find it for themselves.)";
       ];

Room Story "Story Room"
  with desc "A study, or a rumour of one: a rolltop desk, a brass lantern that is only decorative, and on
      the desk a small home computer of about 1980, with a disk drive and a green-lettered screen. The
      reading room is south.",
       s_to Reading, out_to Reading,
       mutter [; if (power_on) "The little screen's cursor blinks, in no hurry at all."; "The dark screen
           holds a small, curved picture of you."; ];
Backdrop rolltop "rolltop desk" Story
  with name 'desk' 'pigeonholes' 'pigeonhole' 'maps' 'pencil', adj 'rolltop' 'pencil', desc "Its
      pigeonholes are full of maps drawn in pencil, with the edges curling.";
Backdrop lantern "brass lantern" Story
  with name 'lantern', adj 'brass', desc "Screwed down. People kept walking off with it.";

Object micro "home computer" Story
  with name 'computer' 'screen' 'micro' 'keyboard' 'machine' 'z-machine' 'label' 'card' 'trs-80' 'cursor' 'story',
       adj 'home' 'small' 'green' 'z',
       desc [;
        print "The card reads: In 1979 Joel Berez and Marc Blank had an adventure too big for any computer
            a person could own, and too many kinds of computer to write it for. So they designed one that
            did not exist -- the Z-MACHINE -- and wrote a small program for each real one that pretended to
            be it. The story never knew the difference. And a machine that is only pretended can be written
            out to a disk, whole, and brought back.^^Below: THIS EXHIBIT RESETS AFTER EVERY SIX MOVES, SO
            THAT EVERYONE HAS A TURN.^^";
        if (power_on) "It is running something called THE VERY SMALL MUSEUM."; "It is off.";
       ],
       before [;
        Operate, TypeOn, SwitchOn, PlayThing, Push:
            if (power_on == 0) "There's no power.";
            UseMicro(); rtrue;
       ],
       as_second [; PutIn: Perform(##PutIn, noun, drive); rtrue; ],
  has  scenery machine;
Object drive "disk drive" Story
  with name 'drive' 'slot', adj 'disk' 'floppy',
       desc [; if (floppy in self) "There is a diskette in it."; "The story is soldered in, for safety, so
           the drive is free. It is empty."; ],
       as_second [;
        PutIn: if (noun == qemm) "It spins, and spits it out: wrong sort of computer by about eight years.";
               if (noun ~= floppy) "It takes diskettes.";
       ],
  has  scenery container open;
