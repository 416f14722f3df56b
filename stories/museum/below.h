! ===========================================================================
!  below.h -- the basement, all of it dark
! ===========================================================================

DarkRoom Foot "Foot of the Stairs"
  with desc "The basement. Pipes overhead, painted in a code that died with the painter. The switchgear is
      west, the tape vault east, the drum room north. The stairs go back up to the Rotunda.",
       u_to Rotunda, w_to Switchgear, e_to Vault, n_to DrumRoom, out_to Rotunda,
       mutter "Something drips, then waits to see what you'll do.";
Backdrop pipes "pipes" Foot
  with name 'pipes' 'pipe' 'code', desc "Green for water, red for fire, and a lilac one nobody will
      discuss.",
  has  plural;

Backdrop foot_stairs "stairs" Foot
  with name 'stairs' 'stair' 'staircase', desc "Up to the Rotunda.",
       before [; Climb, Enter: <<GoUp>>; ],
  has  plural;

DarkRoom Switchgear "Switchgear Room"
  with desc [;
        print "A slate board the height of a horse carries two big breakers, labelled EXHIBITS (";
        if (power_on) print "on"; else print "off";
        print ") and ALARMS (";
        if (alarm_on) print "on"; else print "off";
        "). The air tastes of pennies. The way out is east.";
       ],
       e_to Foot, out_to Foot,
       mutter [; if (power_on) "The board hums a flat B."; "The board says nothing at fifty cycles a
           second."; ];
Backdrop board "slate board" Switchgear
  with name 'board' 'slate' 'breakers' 'switches', adj 'slate' 'big',
       desc "Two breakers, EXHIBITS and ALARMS, and a notice: BOTH OFF AT NIGHT. H.V.",
       before [; SwitchOn, Flip, Push, Pull: "Which: the exhibits breaker, or the alarms breaker?"; ];

Class Breaker
  with before [;
        Push, Turn, Operate, Flip:
            if (self has on) <<SwitchOff self>>;
            <<SwitchOn self>>;
        Pull, Lift: if (self has on) "It's up already."; <<SwitchOn self>>;
        SwitchOn, SwitchOff: return Throw(self, action == ##SwitchOn);
       ],
  has  scenery switchable;
Breaker exhibits_breaker "EXHIBITS breaker" Switchgear
  with name 'breaker' 'exhibits' 'exhibit' 'power', adj 'exhibits' 'exhibit' 'left' 'power',
       desc "A bakelite handle on a brass arm, for the machines upstairs.";
Breaker alarms_breaker "ALARMS breaker" Switchgear
  with name 'breaker' 'alarms' 'alarm', adj 'alarms' 'alarm' 'right',
       desc "The same handle, for the alarms. With it off, nobody comes running, whatever you do.";

[ Throw b up;
    if (up && b has on) "It is on already.";
    if (up == 0 && b hasnt on) "It is off already.";
    if (up == 0) {
        if (b == exhibits_breaker) "Now that they're all awake, it seems unkind.";
        give b ~on;  alarm_on = false;
        "You let the ALARMS breaker down. The building relaxes, and so, somewhere, does Mr Trapp.";
    }
    give b on;
    if (b == exhibits_breaker) {
        power_on = true;  Achieve(ACH_POWER);
        "You heave the EXHIBITS breaker up. Overhead, hall by hall, the fans start, like an orchestra
            sitting down.";
    }
    alarm_on = true;
    "You heave the ALARMS breaker up. From now on, anybody in this building who attempts what they may not
        do will be caught at it.";
];

DarkRoom Vault "Tape Vault"
  with desc "Ranks of steel shelving, ten thousand reels, each holding some afternoon in 1970 that somebody
      thought worth keeping. The stairs are west.",
       w_to Foot, out_to Foot;
Backdrop reels "reels" Vault
  with name 'reels' 'reel' 'tapes' 'tape' 'shelves' 'shelving' 'shelf', adj 'steel',
       desc "PAYROLL, mostly. One says only SORRY.",
       before [; Take: "There is nothing here to play them on, and nothing on them to hear."; ],
  has  plural;
Object floppy "blank diskette" Vault
  with name 'diskette' 'disk' 'disc' 'floppy', adj 'blank' 'floppy',
       initial "One shelf holds a stray: a single blank diskette, filed under T for ~thin tape~.",
       desc "Five and a quarter inches, bendy, blank. About ninety thousand characters: room for a small
           machine's whole mind.";

DarkRoom DrumRoom "Drum Room"
  with desc "An IBM 2301 drum stands here in its cabinet, taller than you and quite round: a magnetised
      cylinder that a time-sharing system would borrow pages from sixty times a second. A card is fixed to
      it. The way out is south.",
       s_to Foot, out_to Foot;
Object drum "drum" DrumRoom
  with name 'drum' 'cylinder' 'cabinet' 'card' 'label' '2301', adj 'ibm' 'paging' 'magnetic',
       desc "The card reads: Give fourteen guests 256K each, and have less than that in all? Keep the pages
           they are not looking at on the drum. When one reaches for a page that is not there, it stops, in
           mid-reach, without knowing it; the page is fetched; it goes on. From inside, memory has merely
           been a little slow.",
       before [; Turn, Push, Shake: "It would take three kilowatts, and would then not stop until
           Thursday."; ],
  has  scenery;
Object lifter "tile lifter" DrumRoom
  with name 'lifter' 'suckers' 'sucker' 'tool', adj 'tile' 'rubber' 'floor',
       initial "A tile lifter -- two rubber suckers and a handle -- is stuck to the side of the drum at
           head height.",
       desc "Two rubber suckers and a handle. Every machine room had one, and every one was always in some
           other machine room.";

DarkRoom Under "Under the Floor"
  with desc "A crawlspace knee-deep in cable, each as thick as a wrist, none labelled at both ends. A
      square of light above is the way up.",
       u_to MachineHall, out_to MachineHall,
       mutter "A cable shifts its weight.";
Backdrop cables "cables" Under
  with name 'cables' 'cable' 'square' 'light', desc "Grey, black, and one blue one that everybody was
      afraid to unplug. It is still afraid to be unplugged.",
       before [; Unplug, Pull, Cut: "That is exactly what the label would have said not to do."; ],
  has  plural;
Object emu_deck "emulator deck" Under
  with name 'deck' 'emulator', adj 'emulator' 'of' 'dusty' 'punched' '7080' 'card' 'cards',
       article "an",
       initial "A deck of punched cards lies among the cables, where it fell in about 1974.",
       before [; Open, Read: <<Examine self>>; ],
       desc "Dusty, banded, and marked 7080 EMULATOR: a System/360 program for pretending to be the machine
           you had before it. Runs in a partition; wants a reader of its own.";
