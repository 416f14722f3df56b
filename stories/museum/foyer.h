! ===========================================================================
!  foyer.h -- the nameplates, the front door, the guard, and a pot of tea
! ===========================================================================

Global power_on;        ! the EXHIBITS breaker
Global alarm_on;        ! the ALARMS breaker
Global spooled;         ! CMS has sent the deck to the (virtual) punch
Global split;           ! the partition switch is turned
Global m65_running;

! ---------------------------------------------------------------------------
!  Nameplates: one to a machine, let go only when the machine has run
! ---------------------------------------------------------------------------

Class Plate
  with name 'nameplate' 'plate' 'plates//p' 'sign',
       adj 'brass' 'name',
       initial [; print "In the tray under its exhibit lies ", (the) self, ", free of its catch.^"; ];

[ Release p room k;             ! the exhibit has run: its plate comes loose
    if (parent(p)) rfalse;
    move p to room;
    Achieve(k);
    print "^There is a small, official click: the museum has seen the machine run, and its catch lets
        go. ", (The) p, " drops into the tray.^";
    it_obj = p;
];

Plate plate_m65 "Model 65 nameplate"
  with adj 'brass' 'name' 'model' '65' 'hyperviso' 'ibm' '360' 's/360',
       desc "Brass, and heavier than it looks: IBM SYSTEM/360 MODEL 65, WITH HYPERVISOR. 1971. One machine
           in two halves, each counting its storage from zero.";
Plate plate_cp "CP-67 nameplate"
  with adj 'brass' 'name' 'cp-67' 'cp67' 'cp' 'cp/cms',
       desc "Brass: CP-67. CAMBRIDGE, MASSACHUSETTS, 1967. A whole computer for everybody who asked.";
Plate plate_z "Z-machine nameplate"
  with adj 'brass' 'name' 'z-machine' 'zmachine' 'z' 'infocom',
       desc "Brass: THE Z-MACHINE. INFOCOM, 1979. Never built. Sold by the hundred thousand.";
Plate plate_scumm "SCUMM nameplate"
  with adj 'brass' 'name' 'scumm' 'lucasfilm',
       desc "Brass: SCUMM. LUCASFILM GAMES, 1987. Script Creation Utility for Maniac Mansion.";
Plate plate_v86 "386 nameplate"
  with adj 'brass' 'name' '386' '80386' 'v86' 'desqview' 'virtual-8' 'intel',
       desc "Brass: INTEL 80386, VIRTUAL-8086 MODE. 1985. As many old PCs as you have the memory for.";
Plate plate_disco "Disco nameplate"
  with adj 'brass' 'name' 'disco' 'stanford',
       desc "Brass, with a faint glitter: DISCO. STANFORD, 1997. Pages remembered, copies forgotten.";
Plate plate_vmware "VMware nameplate"
  with adj 'brass' 'name' 'vmware',
       desc "Brass: VMWARE. PALO ALTO, 1998-99. What would not trap, it rewrote.";

! ---------------------------------------------------------------------------
!  What you bring with you
! ---------------------------------------------------------------------------

Object letter "letter" player_object
  with name 'letter' 'note' 'envelope',
       adj 'hester' 'vance' 'vance^s',
       before [;
        Open: <<Examine self>>;
       ],
       desc [;
        print "~Thank you for coming out so late. The Zoo opens at nine tomorrow: one small new machine
            running all the old ones at once, if only we can show it that the old ones run. Our founder's
            rule, as you know: no exhibit shows its nameplate until its machine has actually worked. There
            are seven. Please go round tonight, get each one going, and hang the nameplates on the rack in
            the Zoo. Then press START.~^^";
        print "~The staff key is enclosed. Mr Trapp is on the door; be kind to him. The power to the
            exhibits is off at the board in the basement. Help yourself to whatever you need from the
            shop.~^^";
        "~Yours in haste, H. Vance, Curator.~";
       ];

Object staff_key "staff key" player_object
  with name 'key' 'keys//p', adj 'staff' 'steel',
       desc "Steel, stamped STAFF. It opens the front doors and, by the look of it, nothing more exciting.";

! ---------------------------------------------------------------------------
!  The Front Steps and the Foyer
! ---------------------------------------------------------------------------

Room Steps "Front Steps"
  with desc "Rain, and the smell of a city that has gone to bed. Seven shallow steps climb to the bronze
      doors of the Museum of Pretended Machines, just north. Over the lintel is carved NOTHING HERE IS WHAT
      IT THINKS IT IS, and beneath that, smaller, PLEASE WIPE YOUR FEET.",
       shared front_doors,
       n_to front_doors, in_to front_doors,
       s_to "Home is that way, and dry; but you promised.",
       mutter "A late tram goes by, lit and empty, like an idea somebody decided against.";

Backdrop lintel "lintel" Steps
  with name 'lintel' 'carving' 'inscripti' 'motto' 'letters',
       desc "NOTHING HERE IS WHAT IT THINKS IT IS. The founder paid by the letter.";
Backdrop rain "rain" Steps
  with name 'rain' 'weather' 'city' 'steps' 'street' 'tram' 'home', adj 'shallow' 'wet',
       desc "It has the patience of rain everywhere.";

Object front_doors "bronze doors"
  with name 'door' 'doors' 'handle', adj 'bronze' 'front',
       desc "Panels in relief: looms, abaci, a woman with a deck of cards, a man asleep at a console.",
       side_a Steps, side_b Foyer, with_key staff_key,
  has  scenery door openable lockable locked plural;

Room Foyer "Foyer"
  with desc [;
        print "Marble, echo, and one green-shaded lamp on the guard's desk. The cloakroom is west and the
            gift shop east; the Rotunda opens to the north, and the bronze doors lead south into the rain.";
        if (Trapp has on) " Mr Trapp, the night guard, sits behind the desk with his hands round a mug of
            tea.";
        " Mr Trapp, the night guard, sits very upright behind the desk.";
       ],
       shared front_doors,
       s_to front_doors, out_to front_doors, n_to Rotunda, w_to Cloakroom, e_to Shop,
       each_turn [; Achieve(ACH_IN); ],
       mutter "Mr Trapp turns a page of the night log, writes ~nothing~, and looks at it with
           satisfaction.";

Backdrop marble "marble" Foyer
  with name 'marble' 'echo' 'floor' 'badge' 'brochures' 'rack',
       desc "Everything in the foyer is either marble or Mr Trapp.";
Backdrop desk "guard's desk" Foyer
  with name 'desk' 'lamp', adj 'guard^s' 'green' 'shaded' 'green-sha',
       desc "A lamp, a log, and a brass plate: ENQUIRE HERE. The log says ~nothing~ many times in a careful
           hand.";
Backdrop log_book "night log" Foyer
  with name 'log' 'book' 'page', adj 'night',
       desc "~21.00 Nothing. 22.00 Nothing. 22.40 Visitor expected. 23.00 Visitor.~ He has underlined
           ~Visitor~.";

Object brochure "brochure" Foyer
  with name 'brochure' 'map' 'plan' 'leaflet', adj 'museum' 'floor',
       initial "A rack by the door holds one last brochure, with a plan of the museum.",
       desc [;
        font off;
        print "^  UPPER FLOOR
               ^            [Rings]---[Disco]---[Garage]
               ^               |
               ^  [SCUMM]--[Gallery]--[386]
               ^               |
               ^            [Office] (ladder to roof)
               ^
               ^  GROUND FLOOR
               ^  [Cards]  [The Zoo]  [Story]
               ^     |         |         |
               ^  [Mfr.]---[Rotunda]--[Reading]
               ^     |         |
               ^  [CP-67]      |
               ^               |
               ^  [Cloaks]--[Foyer]--[Shop]-[Kitchen]
               ^               |
               ^            [Steps]^^";
        font on;
        "Stairs go up and down from the Rotunda. The basement isn't shown, as though nobody would want to
            go there.";
       ];

Object Trapp "Mr Trapp" Foyer
  with name 'trapp' 'guard' 'man' 'watchman', adj 'mr' 'mister' 'night' 'old',
       desc [;
        print "Grey, exact, and buttoned to the neck. A ring of keys hangs from his belt; every lock in the
            building that visitors may not open, he may. A badge reads TRAPP -- SUPERVISOR STATE.";
        if (self has on) " He looks warm for the first time in weeks."; " He looks cold.";
       ],
       ask [; return TrappSays(topic_word); ],
       as_second [;
        Give: if (noun == tea) {
                if (Carrying(tea) == 0) rfalse;
                remove tea;
                give self on;
                move office_key to player;
                Achieve(ACH_TEA);
                print "Mr Trapp takes the mug in both hands and says nothing for some time.^^~Thirty-one
                    years,~ he says at last, ~and they bring me leaflets.~ He detaches one key from the
                    ring. ~Curator's office. Top of the stairs and south. I can't let a visitor in there,
                    you understand. But I could let a visitor have the key, and then not look.~^";
                it_obj = office_key;
                rtrue;
              }
              if (noun == mug)    "~Empty,~ he says, sadly and accurately, and gives it back.";
              if (noun == teabag) "~It's a start,~ says Mr Trapp. ~But there is generally water in it.~";
              if (noun == letter) "He reads it, nods, and gives it back. ~Dr Vance's hand. She says to be
                  kind to me. You don't have to.~";
        Show: if (noun == letter) "~That's in order,~ says Mr Trapp, who could read it from there.";
              if (noun ofclass Plate) "~Ah, now that hasn't been out of its tray in years,~ he says.";
              if (noun == tea) "His eyes follow it.";
       ],
       before [;
        Kiss: "~Not on duty,~ says Mr Trapp.";
        Attack: "Mr Trapp has seen that operation before, and has a routine for it. You find yourself
            facing the other way, unhurt.";
        Thank: "~Only doing what I'm called for,~ says Mr Trapp.";
        Search: "The keys stay on the belt, and the belt stays on Mr Trapp.";
       ],
  has  animate proper scenery;

Object trapp_keys "ring of keys" Trapp
  with name 'keys' 'ring' 'belt', adj 'trapp^s' 'his',
       before [; Take: "You reach for the keys. Mr Trapp looks at your hand until it goes away."; ],
       desc "Every one labelled, and every one his.",
  has  scenery;

[ TrappSays w;
    switch (w) {
        'trapp', 'himself', 'yourself', 'you', 'job', 'work', 'night':
            "~You people can do as you please in here, most of it. Walk about, press things. Never notice
                me. But try something above your station, and the alarm goes, and I come. I see what it was
                you wanted. If it's proper, I do it for you, and put everything back so you'd think you'd
                done it yourself.~ He straightens the log. ~That's the whole trade.~";
        'alarm', 'alarms', 'bell':
            "~No alarm, no me,~ says Mr Trapp. ~I don't walk about looking over shoulders. What would be
                the use of a machine that went slow all the time for fear of what it might be asked? But
                the alarms are on the basement board, and Dr Vance has them off to save the battery.~";
        'case', 'glass', 'rotunda':
            "~Privileged, that case. You mayn't open it. I may. You'd have to be caught trying, though; I
                don't open it for asking.~";
        'key', 'keys', 'ring':
            "~The ones on my belt stay on my belt.~ He thinks. ~On a night like this a man might be talked
                round about one of the lesser ones, by someone with a sense of what a night like this is
                like.~";
        'office', 'curator', 'hester', 'vance', 'dr', 'boss':
            "~Dr Vance. Office at the top of the stairs, south side, and locked. She keeps the good discs
                in there, and the ladder to the roof. A clever woman, but she will not have a heater down
                here.~";
        'tea', 'cup', 'mug', 'drink', 'cold', 'heater', 'warm', 'kettle', 'coffee':
            if (Trapp has on) "~That,~ says Mr Trapp, ~is tea.~";
            "~I'd not say no to tea,~ says Mr Trapp, with great restraint. ~There's a kitchen behind the
                shop, if anyone had the power on. A bag, a mug, boiling water. It isn't architecture.~";
        'museum', 'building', 'founder', 'place':
            "~Founder had one rule. Anybody can put a dead machine in a glass box. Here, it gets its name
                up when it runs, and not before.~";
        'zoo', 'wing', 'start', 'rack', 'host':
            "~North of the Rotunda. One little box, and they say it'll be all of them at once. I've been in
                this trade too long to say it can't.~";
        'plate', 'nameplate', 'plates', 'nameplates':
            "~Seven. They drop when the machine's run. Don't pull at them; people have pulled at them.~";
        'power', 'breaker', 'board', 'basement', 'dark', 'torch', 'light':
            "~Board's in the basement, west of the foot of the stairs. No lights down there. There was a
                torch in the old overcoat in the cloakroom; whose coat, nobody's ever asked.~";
        'machines', 'exhibits', 'machine', 'virtual', 'exhibit':
            "~They're none of them what they think they are,~ says Mr Trapp, ~and it's never done them any
                harm.~";
        'hyperviso', 'hypervisor', 'model', '65', 'mainframe':
            "~A supervisor looks after programs. That one looked after supervisors, so they called it a
                hypervisor. I asked about having it on my badge. They said it was a question of grade.~";
        'cp-67', 'cp', 'parlour', 'password', 'time-shar':
            "~Everyone on those typewriters thinks he's got the computer to himself. The book in the
                reading room says how you sign on.~";
        'popf', 'rings', 'lever', 'engine', 'vmware':
            "Mr Trapp's face closes a little. ~There's some will try a thing they may not do, and no alarm
                sounds, and nothing happens, and they go on as though it had. I can't help those. Nobody
                calls me.~";
        'disco', 'music', 'dance', 'irix':
            "~Three customers, one record, and not one of them ever knew. I call that service.~";
        'scumm', 'lighthous', 'monkey', 'z-machine', 'zork', 'infocom', 'story', '386', 'desqview', 'game':
            "~I don't play on duty,~ says Mr Trapp. ~Ask me on a Tuesday.~";
        'rain', 'weather': "~It's been wetter,~ says Mr Trapp, fairly.";
        'letter': "~Keep hold of it. It's what makes you staff.~";
    }
    rfalse;
];

! ---------------------------------------------------------------------------
!  Cloakroom, Shop, Kitchen
! ---------------------------------------------------------------------------

Room Cloakroom "Cloakroom"
  with desc "Forty brass pegs and one overcoat, which has hung here so long that it has been given a
      catalogue number. A box under the counter is marked LOST PROPERTY. The foyer is east.",
       e_to Foyer, out_to Foyer;

Backdrop pegs "pegs" Cloakroom
  with name 'pegs' 'peg' 'counter', adj 'brass' 'forty', desc "Numbered from zero, as is only right.",
  has  plural;

Object coat "overcoat" Cloakroom
  with name 'overcoat' 'coat' 'pocket' 'pockets', adj 'old',
       article "an",
       desc [;
        if (parent(torch) == 0) "Tweed, exhibit 1964.7. One pocket hangs heavier than the other.";
        "Tweed, exhibit 1964.7. The pockets are empty.";
       ],
       before [;
        Search, Open, Shake, LookUnder, Empty:
            if (parent(torch) == 0) {
                move torch to player;  it_obj = torch;
                "In the left pocket you find a torch, and in the right a 1964 tram ticket, which you leave
                    for continuity.";
            }
            "Only the tram ticket.";
        Take, Wear: "It is an exhibit now, and keeps the peg.";
       ],
  has  scenery;

Object torch "torch"
  with name 'torch' 'flashligh' 'light', adj 'rubber' 'pocket',
       desc "A rubber torch of the sort sold to people who expect the worst.",
       before [;
        SwitchOn:  if (self has on) "It is on already.";
                   if (IsLit() == 0) { give self on light; print "You switch the torch
                       on.^^"; Describe(true); rtrue; }
                   give self on light;  "You switch the torch on. It makes a warm yellow coin on the
                       nearest wall.";
        SwitchOff: if (self hasnt on) "It is off already.";
                   give self ~on ~light;
                   if (IsLit() == 0) "You switch the torch off, and everything else goes with it.";
                   "You switch the torch off.";
        Push: if (self has on) <<SwitchOff self>>; <<SwitchOn self>>;
       ],
  has  switchable lit;

Object lost_box "lost property box" Cloakroom
  with name 'box', adj 'lost' 'property' 'cardboard',
       desc "Cardboard, with three years' worth of LOST and very little FOUND.",
  has  scenery container openable;
Object joystick "joystick" lost_box
  with name 'joystick' 'stick' 'controlle', adj 'joy' 'black',
       desc "One button, one stick, nine-pin plug: the kind that fitted nearly every home computer of its
           decade.",
       plug 1,
       before [; Pull, Push, Turn: "It clicks in all four directions, hopefully."; ];
Object glove "odd glove" lost_box
  with name 'glove', adj 'odd' 'left', article "an",
       desc "A left glove. Somewhere its owner is convinced of the right one.",
       before [; Wear: "You try it. It is a left glove for a smaller, sadder hand."; ];

Room Shop "Gift Shop"
  with desc "Tea towels of the Model 91, jigsaws of core memory (4,096 pieces, all alike), postcards of
      machines that never existed wishing you were here. The foyer is west, and a door marked STAFF stands
      open to the east.",
       w_to Foyer, out_to Foyer, e_to Kitchen,
       mutter "A jigsaw settles on its shelf, one piece at a time.";

Backdrop stock "shop stock" Shop
  with name 'stock' 'towels' 'towel' 'jigsaws' 'jigsaw' 'postcards' 'postcard' 'till' 'souvenirs' 'counter' 'door',
       desc "Nothing you need, if you don't count the cards and the mugs. One postcard shows the Z-machine:
           a blank blue sky.",
       before [; Take, Buy: "It would only end up in a drawer."; ];
Object cards "pack of blank cards" Shop
  with name 'cards' 'pack', adj 'blank' 'punch' 'punched' 'of' 'card',
       initial "A pack of blank punched cards -- ~GENUINE! 80 COLUMNS!~ -- is on the counter.",
       desc "Eighty columns, twelve rows, no holes. Cream, with one corner cut, so that you can tell when
           one is in backwards.",
       before [; Open, Read: "They are blank. It is the point of them."; ];
Object mug "museum mug" Shop
  with name 'mug' 'cup', adj 'museum' 'souvenir',
       initial "There is a mug for sale beside the till.",
       desc [; print "It says IPL CMS on one side, and on the other R; T=0.01/0.01 AFTER COFFEE.^";
               if (teabag in self) "There is a tea bag in it, waiting."; rtrue; ],
       before [;
        Drink: "It's empty.";
        Fill: <<Pour kettle self>>;
       ],
       as_second [; PutIn: if (noun ~= teabag) "You hesitate. Things get forgotten in mugs."; ],
  has  container open;

Room Kitchen "Staff Kitchen"
  with desc [;
        print "A sink, a shelf, a kettle, and a notice about the fridge that has been answered twice in
            different inks. The shop is west.";
        if (power_on == 0) " There's no power: the kettle's little window is dark.";
        new_line; rtrue;
       ],
       w_to Shop, out_to Shop;

Backdrop notice "notice" Kitchen
  with name 'notice' 'fridge' 'sink' 'shelf' 'inks',
       desc "~THE MILK IS NOT A SHARED RESOURCE.~ Under that: ~It is if nobody writes to it.~ Under that:
           ~Copy on write!~";
Object tea_tin "tea caddy" Kitchen
  with name 'caddy' 'tin', adj 'tea',
       desc "Enamel, marked TEA. There are plenty of tea bags in it.",
       before [;
        Open, Search: <<Take teabag>>;
        Take: "It lives here. A tea bag is all you need.";
       ],
  has  scenery container open;
Object teabag "tea bag" tea_tin
  with name 'bag' 'teabag' 'bags' 'teabags', adj 'tea',
       desc "An ordinary tea bag, on a string.",
       before [; Eat: "Not even on a dare."; ];

Global kettle_turns;    ! counts down to the boil
Global kettle_hot;
Object kettle "kettle" Kitchen
  with name 'kettle' 'water', adj 'electric' 'boiling' 'hot',
       desc [;
        if (kettle_hot) "Full, and just boiled.";
        if (self has on) "Full, on, and beginning to mutter.";
        "An electric kettle, full, and plugged in.";
       ],
       before [;
        Take: "Its flex is chained to the wall. There has evidently been an incident.";
        Boil, SwitchOn, Push, Operate:
            if (power_on == 0) "You press the switch. Nothing: there is no power in this half of the
                building.";
            if (kettle_hot) "It has just boiled.";
            if (self has on) "It is doing its best.";
            give self on;  kettle_turns = 3;
            "You switch the kettle on. It will call you; you're free to do something else meanwhile.";
        SwitchOff: if (self hasnt on) "It's off."; give self ~on; kettle_turns = 0; "You switch it off.";
        Pour:
            if (second == 0) second = mug;
            if (second ~= mug) "Hot water goes in mugs. There was very nearly a notice about it.";
            if (Carrying(mug) == 0 && mug notin location) "There's nothing here to pour it into.";
            if (kettle_hot == 0) "The water's cold.";
            if (teabag notin mug) "You would have a mug of hot water, and nobody has ever wanted that.";
            move tea to parent(mug);  remove mug;
            move teabag to tea_tin;
            kettle_hot = false;  it_obj = tea;
            "You pour. It steams, it darkens, and you fish out the bag at exactly the right moment. You
                have a mug of tea.";
       ],
  has  scenery switchable;
[ KettleTurn;
    if (kettle_turns == 0) rfalse;
    kettle_turns--;
    if (kettle_turns) { if (location == Kitchen) print "^The kettle mutters.^"; rfalse; }
    give kettle ~on;  kettle_hot = true;
    if (location == Kitchen) { print "^The kettle comes to the boil and clicks off.^"; rtrue; }
    if (location == Shop or Foyer) print "^From the kitchen comes the click of a kettle that has boiled.^";
];
Object tea "mug of tea"
  with name 'tea' 'mug' 'cup', adj 'of' 'hot' 'steaming',
       desc "Brown, hot, and the right strength. IPL CMS, it says, for those who need telling.",
       before [;
        Drink: "It isn't for you. You know very well who it's for.";
        Pour, Empty: "After all that?";
       ];
