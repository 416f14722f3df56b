! ===========================================================================
!  world.h -- what things are: attributes, properties, light, and printing
! ===========================================================================

! Attributes of things
Attribute scenery;      ! part of the room: described there, never listed
Attribute fixed;        ! listed, but not to be carried off
Attribute animate;
Attribute container;  Attribute supporter;  Attribute transparent;
Attribute openable;   Attribute open;
Attribute lockable;   Attribute locked;
Attribute door;
Attribute switchable; Attribute on;
Attribute pushable;     ! a button: what PUSH most likely means
Attribute machine;      ! something with a keyboard: what USE most likely means
Attribute light;        ! a lit room, or a thing that gives light
Attribute lit;          ! (a lamp that is the player's own: not put away by ALL)
Attribute moved;        ! has been picked up once
Attribute visited;      ! a room seen before
Attribute plural;       ! "some leads"
Attribute proper;       ! "Mr Trapp", not "the Mr Trapp"

! Properties.  `name' is the compiler's own; `adj' holds words that describe an
! object but do not by themselves mean it.
Property adj;
Property desc;          ! string, or routine that prints
Property initial;       ! its paragraph while it has not been moved
Property article;       ! "a" unless given
Property before;        ! [; Action: ...] -- true if that is all there is to it
Property as_second;     ! the same, for the second noun
Property each_turn;
Property shared;        ! of a room: doors and scenery it has in common with others
Property n_to;  Property s_to;  Property e_to;  Property w_to;
Property ne_to; Property nw_to; Property se_to; Property sw_to;
Property u_to;  Property d_to;  Property in_to; Property out_to;
Property side_a; Property side_b;       ! the rooms a door joins
Property with_key;
Property mutter;        ! a room's random remark, for atmosphere only
Property ask;           ! of a person: answers the word in topic_word
Property plug;          ! where a lead is plugged in

Class Room has light;
Class DarkRoom;
Class Backdrop has scenery;

Object player_object "yourself"
  with name 'me' 'myself' 'self' 'yourself',
       desc "As good-looking as ever, and at least as real as anything else in the building.",
  has  animate proper scenery;

Global player = player_object;
Global location;
Global action;  Global noun;  Global second;
Global score;  Global last_score;  Global moves;
Global ended;           ! 0 playing, 1 over, 2 won
Global verbose_mode = 1;  ! 1 brief (full text on a first visit), 2 verbose
Global can_undo;  Global no_undo;
Global notify = true;
Global topic_word;      ! the word a person is being asked about

[ IsAre o;  if (o has plural) print "are"; else print "is"; ];

! A property may be text, or a routine that prints it.
[ Say o prop;
    if (o.prop == 0) rfalse;
    if (metaclass(o.prop) == String) { print (string) o.prop; new_line; rtrue; }
    return o.prop();
];

! ---------------------------------------------------------------------------
!  Light, and where things are
! ---------------------------------------------------------------------------

[ Shines o c;
    if (o has light && o ~= location) rtrue;
    if (SeesInto(o) || o == player || o == location)
        objectloop (c in o) if (Shines(c)) rtrue;
    rfalse;
];
[ IsLit; return (location has light || Shines(location)); ];

! The closed box, if any, between the player and o.
[ ShutIn o p;
    for (p = parent(o): p && p ~= location && p ~= player: p = parent(p))
        if (p has container && p hasnt open) return p;
    return 0;
];

[ Carrying o;                   ! in hand, or in something in hand
    for (: o: o = parent(o)) if (o == player) rtrue;
    rfalse;
];

! ---------------------------------------------------------------------------
!  Lists and descriptions
! ---------------------------------------------------------------------------

[ Listed o; return (o hasnt scenery && o ~= player); ];

[ CountListed o c n;
    objectloop (c in o) if (Listed(c)) n++;
    return n;
];

[ ListContents o  c n i;        ! "a mug (in which is a tea bag) and a pencil"
    n = CountListed(o);
    objectloop (c in o) if (Listed(c)) {
        if (i > 0) { if (i == n - 1) print " and "; else print ", "; }
        print (a) c;  Aside(c);
        i++;
    }
];

[ Aside c;                      ! what a list adds after a name
    if (c has light && c has switchable) print " (lit)";
    if (c has container && c has openable && c hasnt open && c hasnt transparent) print " (closed)";
    if (SeesInto(c) && c hasnt animate && CountListed(c)) {
        if (c has supporter) print " (on which "; else print " (in which ";
        AreListed(c);  print ")";
    }
];

[ AreListed c k n;              ! "is a mug" / "are a mug and some cards"
    n = CountListed(c);
    objectloop (k in c) if (Listed(k)) break;
    if (n > 1 || k has plural) print "are "; else print "is ";
    ListContents(c);
];

[ PlainHere c; return (c has moved || c.initial == 0); ];

[ ListRoom c n i;
    objectloop (c in location)
        if (Listed(c) && PlainHere(c) == 0) { new_line; Say(c, initial); }
    objectloop (c in location)
        if (c has scenery && c hasnt animate && SeesInto(c) && CountListed(c)) {
            if (c has supporter) print "^On "; else print "^In ";
            print (the) c, " "; AreListed(c); print ".^";
        }
    n = 0;
    objectloop (c in location) if (Listed(c) && PlainHere(c)) n++;
    if (n == 0) rfalse;
    print "^There ";
    objectloop (c in location) if (Listed(c) && PlainHere(c)) break;
    if (n > 1 || c has plural) print "are "; else print "is ";
    objectloop (c in location) if (Listed(c) && PlainHere(c)) {
        if (i > 0) { if (i == n - 1) print " and "; else print ", "; }
        print (a) c; Aside(c);
        i++;
    }
    print " here.^";
];

[ Describe full;                ! the room: in full, or as BRIEF has it
    if (IsLit() == 0) {
        style bold; print "Darkness^"; style roman;
        "It is dark. Not dangerous -- only very large, and full of fans that have stopped.";
    }
    style bold; print (name) location; style roman; new_line;
    if (full || verbose_mode == 2 || location hasnt visited) Say(location, desc);
    give location visited;
    ListRoom();
];

[ MoveTo room;                  ! put the player somewhere and say where it is
    location = room;
    move player to room;
    Describe();
    rtrue;
];

! ---------------------------------------------------------------------------
!  Score: each achievement counts once
! ---------------------------------------------------------------------------

Constant MAX_SCORE = 100;
Constant ACH_IN = 0;    Constant ACH_POWER = 1;  Constant ACH_TRAP = 2;
Constant ACH_CP = 3;    Constant ACH_DECK = 4;   Constant ACH_M65 = 5;
Constant ACH_Z = 6;     Constant ACH_SCUMM = 7;  Constant ACH_TEA = 8;
Constant ACH_V86 = 9;   Constant ACH_DISCO = 10; Constant ACH_VMW = 11;
Constant ACH_START = 12;  Constant ACH_COUNT = 13;

Array done  -> ACH_COUNT;
Array worth -> 2 4 7 7 4 9 9 7 5 8 9 8 7;       ! 86, and seven plates at 2
Array deed  --> "getting in out of the rain"
                "giving the exhibits their power"
                "being caught in the right place"
                "sharing a computer in 1967"
                "having a deck punched for you"
                "splitting a Model 65 down the middle"
                "winning a very small adventure"
                "getting a lighthouse lit"
                "making a proper cup of tea"
                "passing a note between two windows"
                "getting three guests to dance to one record"
                "rewriting what could not be obeyed"
                "starting the Zoo";
Global plates_hung;            ! plates ever hung up, two points each
Array hung_once -> 8;

[ Achieve k;
    if (done->k) rfalse;
    done->k = true;
    score = score + worth->k;
    rtrue;
];

[ Rank n;                       ! print (Rank) score
    if (n >= 100) { print "Hypervisor"; return; }
    if (n >= 80)  { print "Supervisor"; return; }
    if (n >= 60)  { print "Systems Programmer"; return; }
    if (n >= 40)  { print "Machine Operator"; return; }
    if (n >= 20)  { print "Night Shift"; return; }
    if (n >= 8)   { print "Privileged Visitor"; return; }
    print "Unprivileged Visitor";
];
