! ===========================================================================
!  verbs.h -- what each verb does when nothing objects, and the grammar
! ===========================================================================

! ---------------------------------------------------------------------------
!  Going about
! ---------------------------------------------------------------------------

[ GoBy dir  to r;
    to = location.dir;
    if (to == 0) {
        if (IsLit() == 0) "You find a wall, by the traditional method.";
        "You can't go that way.";
    }
    switch (metaclass(to)) {
        String:  print (string) to, "^"; rtrue;
        Routine: r = to();
                 if (r == 0 or 1) rtrue;            ! it has explained itself
                 to = r;
    }
    if (to has door) {
        if (to hasnt open) {
            if (to has locked) {
                it_obj = to;
                print_ret (The) to, " ", (IsAre) to, " locked.";
            }
            print "(opening ", (the) to, ")^";
            Perform(##Open, to, 0);
            if (to hasnt open) rtrue;
            new_line;
        }
        if (location == to.side_a) to = to.side_b; else to = to.side_a;
    }
    return MoveTo(to);
];

[ GoNorthSub; GoBy(n_to); ];   [ GoSouthSub; GoBy(s_to); ];
[ GoEastSub; GoBy(e_to); ];    [ GoWestSub; GoBy(w_to); ];
[ GoNESub; GoBy(ne_to); ];     [ GoNWSub; GoBy(nw_to); ];
[ GoSESub; GoBy(se_to); ];     [ GoSWSub; GoBy(sw_to); ];
[ GoUpSub; GoBy(u_to); ];      [ GoDownSub; GoBy(d_to); ];
[ GoInSub; GoBy(in_to); ];
[ GoOutSub; if (location.out_to) GoBy(out_to); else "Say which way: the exits are in the description."; ];
[ GoSub; "Say which way to go: north, up, or whatever the room offers."; ];

[ EnterSub;
    if (noun has door) {
        if (noun.side_a ~= location && noun.side_b ~= location) "Not from here.";
        if (noun has locked) print_ret (The) noun, " ", (IsAre) noun, " locked.";
        if (noun hasnt open) { print "(opening ", (the) noun, ")^"; Perform(##Open, noun, 0);
            if (noun hasnt open) rtrue; }
        if (location == noun.side_a) return MoveTo(noun.side_b);
        return MoveTo(noun.side_a);
    }
    "That's not something to get into.";
];
[ ClimbSub; "There is nothing to be gained by climbing that."; ];

! ---------------------------------------------------------------------------
!  Seeing
! ---------------------------------------------------------------------------

[ LookSub; Describe(true); ];

[ ExamineSub;
    if (noun.desc) Say(noun, desc);
    else print "You see nothing out of the ordinary about ", (the) noun, ".^";
    if (noun has switchable && noun has on) print_ret "It is switched on.";
    if (noun has container && (noun has open or transparent)) {
        if (CountListed(noun)) { print "In ", (the) noun, " "; AreListed(noun); print ".^"; }
    }
    if (noun has supporter && CountListed(noun)) {
        print "On ", (the) noun, " "; AreListed(noun); print ".^";
    }
];

[ SearchSub;
    if (noun has container) {
        if (noun hasnt open && noun hasnt transparent) print_ret (The) noun, " is closed.";
        if (CountListed(noun) == 0) print_ret (The) noun, " is empty.";
        print "In ", (the) noun, " "; AreListed(noun); print_ret ".";
    }
    if (noun has supporter && CountListed(noun)) {
        print "On ", (the) noun, " "; AreListed(noun); print_ret ".";
    }
    print_ret "You find nothing of interest.";
];
[ LookUnderSub; "Dust, and the satisfaction of having checked."; ];
[ LookBehindSub; "Wall."; ];
[ ReadSub; Perform(##Examine, noun, 0); ];

[ InvSub c n i;
    n = 0;
    objectloop (c in player) n++;
    if (n == 0) "You are carrying nothing, which is at least portable.";
    print "You are carrying:^";
    objectloop (c in player) { print "  ", (a) c; Aside(c); new_line; i++; }
];

! ---------------------------------------------------------------------------
!  Having
! ---------------------------------------------------------------------------

[ TakeSub p;
    if (noun == player) "You have always been very self-possessed.";
    if (noun in player) print_ret "You already have ", (the) noun, ".";
    if (noun has animate) print_ret (The) noun, " would rather stand on his own.";
    if (noun has scenery or fixed) print_ret (The) noun, " ", (IsAre) noun, " part of the museum, and
        staying that way.";
    p = ShutIn(noun);
    if (p) print_ret (The) p, " is closed.";
    p = parent(noun);
    if (p has animate && p ~= player) print_ret "That belongs to ", (the) p, ".";
    move noun to player;
    give noun moved;
    "Taken.";
];

[ DropSub;
    if (noun notin player) {
        if (Carrying(noun)) { move noun to location; give noun moved; "Dropped."; }
        print_ret "You aren't holding ", (the) noun, ".";
    }
    move noun to location;  give noun moved;
    "Dropped.";
];

[ Loops x y;                    ! would putting x into y put it into itself?
    for (: y: y = parent(y)) if (x == y) rtrue;
    rfalse;
];

[ PutInSub;
    if (second has supporter && second hasnt container) { Perform(##PutOn, noun, second); rtrue; }
    if (Loops(noun, second)) "That would need a fourth dimension, or a very good hypervisor.";
    if (second hasnt container) print_ret "You can't put things in ", (the) second, ".";
    if (second hasnt open) print_ret (The) second, " is closed.";
    if (noun in second) "It is there already.";
    if (Fetch() == 0) rtrue;
    move noun to second;  give noun moved;
    print_ret "You put ", (the) noun, " in ", (the) second, ".";
];

[ PutOnSub;
    if (Loops(noun, second)) "That would need a fourth dimension, or a very good hypervisor.";
    if (second has container && second hasnt supporter) { Perform(##PutIn, noun, second); rtrue; }
    if (second hasnt supporter) print_ret "There is no room on ", (the) second, " for that.";
    if (noun in second) "It is there already.";
    if (Fetch() == 0) rtrue;
    move noun to second;  give noun moved;
    print_ret "You put ", (the) noun, " on ", (the) second, ".";
];

[ Fetch;                        ! have the noun in hand, taking it if need be
    if (Carrying(noun)) rtrue;
    if (noun has scenery or fixed or animate) { print "You aren't holding ", (the) noun, ".^"; rfalse; }
    print "(first taking ", (the) noun, ")^";
    Perform(##Take, noun, 0);
    return Carrying(noun);
];

[ GiveSub;
    if (second hasnt animate) print_ret (The) second, " can't take anything.";
    if (second == player) "You have it.";
    print_ret "~Kind of you,~ says ", (the) second, ", and gives it back.";
];
[ ShowSub; print_ret (The) second, " looks at it politely."; ];
[ ThrowSub; "Everything in here is older than it looks. Put it down gently."; ];

! ---------------------------------------------------------------------------
!  Opening, locking, switching, moving
! ---------------------------------------------------------------------------

[ OpenSub;
    if (noun hasnt openable) print_ret (The) noun, " ", (IsAre) noun, " not made to open.";
    if (noun has locked) {
        if (noun.with_key && noun.with_key in player) {
            Perform(##Unlock, noun, noun.with_key);
            if (noun has locked) rtrue;
        } else print_ret (The) noun, " ", (IsAre) noun, " locked.";
    }
    if (noun has open) "It is open already.";
    give noun open;
    if (noun has container && noun hasnt transparent && CountListed(noun)) {
        print "You open ", (the) noun, ". In it "; AreListed(noun); print_ret ".";
    }
    print_ret "You open ", (the) noun, ".";
];

[ CloseSub;
    if (noun hasnt openable) print_ret (The) noun, " ", (IsAre) noun, " not made to close.";
    if (noun hasnt open) "It is closed already.";
    give noun ~open;
    print_ret "You close ", (the) noun, ".";
];

[ UnlockSub;
    if (noun hasnt lockable) "That has no lock.";
    if (noun hasnt locked) "It isn't locked.";
    if (second == 0) {
        if (noun.with_key && noun.with_key in player) {
            second = noun.with_key;
            print "(with ", (the) second, ")^";
        } else "You have no key that looks likely.";
    }
    if (second ~= noun.with_key || second == 0) print_ret (The) second, " doesn't fit.";
    give noun ~locked;
    print_ret "You unlock ", (the) noun, " with ", (the) second, ".";
];
[ LockSub;
    if (noun hasnt lockable) "That has no lock.";
    if (noun has locked) "It is locked already.";
    "Better not. You would only have to unlock it again.";
];

[ SwitchOnSub;
    if (noun hasnt switchable) "That isn't something you can switch on.";
    if (noun has on) "It is on already.";
    give noun on;
    print_ret "You switch ", (the) noun, " on.";
];
[ SwitchOffSub;
    if (noun hasnt switchable) "That isn't something you can switch off.";
    if (noun hasnt on) "It is off already.";
    give noun ~on;
    print_ret "You switch ", (the) noun, " off.";
];

[ PushSub; if (noun has animate) "That would be rude.";   "Nothing happens, in the usual way."; ];
[ PullSub; if (noun has animate) "That would be rude.";   "Nothing comes of it."; ];
[ TurnSub; "Nothing happens, only rounder."; ];
[ LiftSub; "You raise it a little, in respect, and put it back."; ];
[ TouchSub; if (noun has animate) "He has had a long night already.";  "It feels as it looks."; ];
[ ShakeSub; "Nothing rattles that shouldn't."; ];

[ PlugSub;
    if (noun.plug) print_ret "It wants plugging into something else.";
    "Those two were never meant for one another.";
];
[ PlugInSub; "You'll have to say what to plug it into."; ];
[ UnplugSub; "It is best left as it is."; ];
[ TieSub; "You can think of no good knot for that."; ];
[ CutSub; "Conservators would weep."; ];
[ PourSub; "It wouldn't pour."; ];
[ BoilSub; "There is nothing in that to boil."; ];
[ FillSub; "There is nothing to fill it with that wouldn't be a mess."; ];
[ EmptySub; "It is best left as it is."; ];
[ OperateSub;
    if (noun has switchable && noun hasnt on) { Perform(##SwitchOn, noun, 0); rtrue; }
    "You'll have to say how: there is more than one way to use that.";
];
[ TypeOnSub; "There are no keys on that."; ];
[ TypeSub i o;                  ! TYPE, alone: on whatever here has a keyboard
    for (i = 0: i < scope_n: i++) {
        o = scope-->i;
        if (o has machine) { print "(on ", (the) o, ")^"; Perform(##TypeOn, o, 0); rtrue; }
    }
    "There is nothing here to type on.";
];
[ LoadSub; "There is no loading that."; ];
[ SetSub; "That can't be set to anything."; ];
[ MakeTeaSub;
    if (location == Kitchen) "One thing at a time: a bag, a mug, and some boiling water.";
    "Not here.";
];

! ---------------------------------------------------------------------------
!  Talking
! ---------------------------------------------------------------------------

[ AskSub i w r;
    if (noun == player) "You have no secrets from yourself, and few from the reader.";
    for (i = topic_from: i < cmd_to: i++) {         ! the first word that means something
        w = Tok(i);
        if (w == 0 || IsArticle(w) || IsPrep(w)) continue;
        topic_word = w;
        r = noun.ask();
        if (r) rtrue;
    }
    "~Couldn't tell you,~ he says. ~I do doors, mainly.~";
];
[ TellSub; AskSub(); ];
[ AskForSub; Perform(##Ask, noun, 0); ];
[ TalkToSub;
    if (noun hasnt animate) "It is a good listener, but it does not answer.";
    "~Evening,~ he says. ~Ask me about something, if you like. Nights are long.~";
];
[ ThankSub; "~Don't mention it.~"; ];
[ HelloSub; if (Trapp in location) "~Evening,~ says Mr Trapp."; "The building hums back, a semitone
    flat."; ];
[ WakeSub; if (noun has animate) "He is awake. It is what he is for."; "It would take more than that."; ];
[ KissSub; if (noun has animate) "He turns faintly pink, and studies the floor plan."; "Dusty."; ];
[ AttackSub; "This is a museum. Violence is on the second Thursday, in the education suite."; ];

! ---------------------------------------------------------------------------
!  The rest of life
! ---------------------------------------------------------------------------

[ WaitSub; "Time passes. It is good at it."; ];
[ EatSub; "Not food, by any definition you would defend."; ];
[ DrinkSub; "That isn't for drinking."; ];
[ SmellSub; "Floor polish, warm dust, and something electrical that is probably all right."; ];
[ ListenSub; if (power_on) "Fans. Somewhere, a relay."; "Rain on the dome, and no fans at all."; ];
[ JumpSub; "You jump. The exhibits rattle, and you look round guiltily."; ];
[ SingSub; "You sing a few bars. It is the sort of building that improves a voice."; ];
[ DanceSub; "You dance a step or two. There are better places for it, and one of them is upstairs."; ];
[ SleepSub; "You're here to work. Besides, who would be running you?"; ];
[ ThinkSub; "You think. Therefore something, somewhere, is."; ];
[ SwearSub; "The night log records: ~language~."; ];
[ SorrySub; "Never mind."; ];
[ YesSub; "That was a rhetorical question, if it was one at all."; ];
[ NoSub; "As you wish."; ];
[ XyzzySub; "A hollow voice says, ~Privileged operation.~"; ];
[ WaveSub; "You wave. A camera turns away, embarrassed."; ];
[ KnockSub; "Nobody answers. Nobody is often in."; ];
[ CleanSub; "It was dusted on Tuesday."; ];
[ WearSub; "It isn't yours, and isn't your size."; ];
[ PraySub; "You address the Supervisor. No reply, but then it only speaks when called."; ];
[ CountSub; "One, as far as you can tell."; ];
[ BuySub; "The till is shut."; ];
[ WhoSub; "You are the person who was sent for. (ABOUT says more about the game, and HELP about how to
    play.)"; ];
[ PlayThingSub; Perform(##Operate, noun, 0); ];

! ---------------------------------------------------------------------------
!  Grammar: for each verb, the sentences it may begin
! ---------------------------------------------------------------------------

Verb 'n//' 'north' * -> GoNorth;             Verb 's//' 'south' * -> GoSouth;
Verb 'e//' 'east' * -> GoEast;               Verb 'w//' 'west' * -> GoWest;
Verb 'ne' 'northeast' * -> GoNE;             Verb 'nw' 'northwest' * -> GoNW;
Verb 'se' 'southeast' * -> GoSE;             Verb 'sw' 'southwest' * -> GoSW;
Verb 'u//' 'up' 'upstairs' * -> GoUp;        Verb 'd//' 'down' 'downstairs' * -> GoDown;
Verb 'in' 'inside' * -> GoIn;                Verb 'out' 'outside' 'exit' 'leave' * -> GoOut;
Verb 'go' 'walk' 'run'
    * -> Go   * 'to'/'into'/'in'/'through' noun -> Enter   * noun -> Enter;
Verb 'enter'
    * -> GoIn   * noun -> Enter;
Verb 'climb'
    * -> GoUp   * 'up'/'down'/'over'/'into'/'through' noun -> Climb   * noun -> Climb;
Verb 'stand'
    * -> Wait   * 'up' -> Wait;
Verb 'sit'
    * -> Wait   * 'down' -> Wait   * 'on'/'in'/'at' noun -> Operate;

Verb 'look' 'l//'
    * -> Look
    * 'around' -> Look
    * 'at' noun -> Examine
    * 'in'/'inside'/'into'/'through'/'on' noun -> Search
    * 'under'/'beneath'/'underneath' noun -> LookUnder
    * 'behind' noun -> LookBehind
    * 'up' -> Look  * 'down' -> Look
    * noun -> Examine;
Verb 'examine' 'x//' 'inspect' 'watch' 'describe' 'study' 'check'
    * noun -> Examine;
Verb 'read'
    * noun -> Read;
Verb 'search' 'rummage' 'frisk'
    * noun -> Search  * 'in'/'through' noun -> Search;
Verb 'find' 'where'
    * noun -> Examine;
Verb 'inventory' 'i//' 'inv'
    * -> Inv;

Verb 'take' 'carry' 'hold' 'grab'
    * multi -> Take
    * 'inventory' -> Inv
    * multi 'from'/'off'/'out' noun -> Take
    * 'off' noun -> Drop
    * multi 'out' 'of' noun -> Take;
Verb 'get'
    * multi -> Take
    * 'up' -> Wait  * 'out' -> GoOut
    * 'in'/'into'/'on'/'onto' noun -> Enter
    * multi 'from'/'off'/'out' noun -> Take;
Verb 'remove'
    * multi -> Take
    * multi 'from' noun -> Take;
Verb 'pick'
    * 'up' multi -> Take
    * multi 'up' -> Take;
Verb 'drop' 'discard'
    * multiheld -> Drop
    * multiheld 'in'/'into'/'down' noun -> PutIn
    * multiheld 'on'/'onto' noun -> PutOn;
Verb 'put' 'place' 'insert' 'feed'
    * multiheld 'in'/'into'/'inside'/'to'/'through' noun -> PutIn
    * multiheld 'on'/'onto' noun -> PutOn
    * 'down' multiheld -> Drop
    * multiheld 'down' -> Drop
    * 'on' noun -> Wear
    * noun noun -> PutIn reverse;
Verb 'hang'
    * multiheld 'on'/'onto'/'in'/'from' noun -> PutOn
    * 'up' multiheld -> HangUp
    * multiheld 'up' -> HangUp
    * multiheld -> HangUp;
Verb 'load' 'ipl' 'boot' 'start'
    * -> LoadBare
    * 'up' noun -> Load
    * noun -> Load
    * multiheld 'in'/'into'/'onto'/'on' noun -> PutIn;
Verb 'give' 'offer' 'hand' 'deliver'
    * held 'to' creature -> Give
    * creature held -> Give reverse;
Verb 'show'
    * noun 'to' creature -> Show
    * creature noun -> Show reverse;
Verb 'throw' 'toss'
    * noun -> Throw  * noun 'at'/'in'/'into'/'off'/'over' noun -> Throw;

Verb 'open' 'uncover'
    * noun -> Open
    * noun 'with' held -> Unlock;
Verb 'close' 'shut' 'cover'
    * noun -> Close;
Verb 'unlock'
    * noun -> Unlock
    * noun 'with' held -> Unlock;
Verb 'lock'
    * noun -> Lock
    * noun 'with' held -> Lock;
Verb 'switch' 'flip' 'toggle' 'flick'
    * 'on' noun -> SwitchOn
    * 'off' noun -> SwitchOff
    * noun 'on' -> SwitchOn
    * noun 'off' -> SwitchOff
    * noun -> Flip;
Verb 'turn' 'rotate' 'twist'
    * 'on' noun -> SwitchOn
    * 'off' noun -> SwitchOff
    * noun 'on' -> SwitchOn
    * noun 'off' -> SwitchOff
    * noun 'to' topic -> Set
    * noun 'with' held -> Turn
    * noun -> Turn;
Verb 'light'
    * noun -> SwitchOn;
Verb 'extinguish'
    * noun -> SwitchOff;
Verb 'push' 'press' 'click'
    * noun -> Push;
Verb 'pull' 'drag' 'crank' 'yank'
    * noun -> Pull  * 'on' noun -> Pull  * 'up' noun -> Lift;
Verb 'trip'
    * noun -> Flip;
Verb 'lift' 'raise' 'pry' 'prise'
    * noun -> Lift
    * 'up' noun -> Lift
    * noun 'with' held -> Lift;
Verb 'move' 'shift'
    * noun -> Lift  * noun 'to' topic -> Set;
Verb 'set' 'dial'
    * noun 'to' topic -> Set  * noun -> Turn;
Verb 'touch' 'feel' 'stroke' 'tap'
    * noun -> Touch;
Verb 'shake' 'rattle'
    * noun -> Shake;
Verb 'spin'
    * noun -> Turn;
Verb 'use' 'operate'
    * noun -> Operate
    * held 'with'/'on'/'in' noun -> PutIn;
Verb 'play'
    * noun -> PlayThing  * 'with'/'on' noun -> PlayThing  * noun 'on' noun -> PutOn;
Verb 'type'
    * -> Type
    * 'on'/'at'/'into' noun -> TypeOn
    * noun -> TypeOn
    * topic -> Type;
Verb 'login' 'logon'
    * -> Type  * topic -> Type;
Verb 'plug' 'connect' 'attach' 'link'
    * noun -> PlugIn
    * noun 'in' -> PlugIn
    * 'in' noun -> PlugIn
    * multi 'in'/'into'/'to'/'with'/'on' noun -> Plug;
Verb 'unplug' 'disconnect' 'detach' 'untie'
    * noun -> Unplug  * noun 'from' noun -> Unplug;
Verb 'tie' 'fasten'
    * noun -> Tie  * noun 'to'/'with' noun -> Plug;
Verb 'cut' 'slice' 'tear'
    * noun -> Cut;
Verb 'pour'
    * noun -> Pour
    * noun 'in'/'into'/'on'/'over'/'onto' noun -> Pour;
Verb 'boil' 'heat'
    * noun -> Boil;
Verb 'fill'
    * noun -> Fill  * noun 'with'/'from' noun -> Fill;
Verb 'empty'
    * noun -> Empty;
Verb 'make' 'brew'
    * noun -> MakeTea;
Verb 'translate' 'rewrite'
    * noun -> Translate  * noun 'with'/'in'/'into' noun -> Translate;

Verb 'ask' 'question'
    * creature 'about' topic -> Ask
    * creature 'for' topic -> AskFor
    * creature -> TalkTo;
Verb 'tell'
    * creature 'about' topic -> Tell
    * creature topic -> Tell;
Verb 'talk' 'speak' 'chat'
    * 'to'/'with' noun -> TalkTo
    * creature -> TalkTo
    * 'to'/'with' creature 'about' topic -> Ask;
Verb 'say' 'answer' 'shout'
    * topic 'to' creature -> Hello
    * topic -> Hello;
Verb 'hello' 'hi' 'greet'
    * -> Hello  * creature -> TalkTo;
Verb 'thank' 'thanks'
    * -> Hello  * creature -> Thank  * 'you' -> Hello;
Verb 'wake' 'awaken'
    * noun -> Wake  * 'up' noun -> Wake;
Verb 'kiss' 'hug'
    * noun -> Kiss;
Verb 'attack' 'hit' 'kick' 'break' 'smash' 'punch' 'fight' 'kill' 'destroy'
    * noun -> Attack  * noun 'with' held -> Attack;

Verb 'wait' 'z//'
    * -> Wait;
Verb 'eat' 'taste'
    * noun -> Eat;
Verb 'drink' 'sip'
    * noun -> Drink;
Verb 'smell' 'sniff'
    * -> Smell  * noun -> Smell;
Verb 'listen' 'hear'
    * -> Listen  * 'to' noun -> Listen  * noun -> Listen;
Verb 'jump' 'hop'
    * -> Jump  * 'over'/'on'/'off' noun -> Jump;
Verb 'sing' 'hum' 'whistle'
    * -> Sing;
Verb 'dance'
    * -> Dance  * 'with' noun -> Dance;
Verb 'sleep' 'nap' 'rest'
    * -> Sleep;
Verb 'think'
    * -> Think  * 'about' topic -> Think;
Verb 'damn' 'bother'
    * -> Swear  * topic -> Swear;
Verb 'sorry'
    * -> Sorry;
Verb 'yes' 'y//' 'ok'
    * -> Yes;
Verb 'no'
    * -> No;
Verb 'xyzzy' 'plugh' 'sudo' 'frotz'
    * -> Xyzzy  * topic -> Xyzzy;
Verb 'wave'
    * -> Wave  * noun -> Wave  * 'at'/'to' noun -> Wave;
Verb 'knock'
    * -> Knock  * 'on'/'at' noun -> Knock;
Verb 'clean' 'polish' 'dust' 'wipe' 'rub'
    * noun -> Clean;
Verb 'wear' 'don'
    * noun -> Wear;
Verb 'pray'
    * -> Pray;
Verb 'count'
    * noun -> Count;
Verb 'buy' 'order'
    * noun -> Buy;
Verb 'who' 'what'
    * -> Who  * topic -> Who;

Verb meta 'save' * -> Save;
Verb meta 'restore' * -> Restore;
Verb meta 'restart' * -> Restart;
Verb meta 'quit' 'q//' * -> Quit;
Verb meta 'undo' * -> Undo;
Verb meta 'score' * -> Score;
Verb meta 'full' 'fullscore' * -> FullScore  * 'score' -> FullScore;
Verb meta 'verbose' 'long' * -> Verbose;
Verb meta 'brief' 'normal' 'short' * -> Brief;
Verb meta 'script' 'transcript' * -> ScriptOn  * 'on' -> ScriptOn  * 'off' -> ScriptOff;
Verb meta 'unscript' 'noscript' * -> ScriptOff;
Verb meta 'notify' * -> NotifyOn  * 'on' -> NotifyOn  * 'off' -> NotifyOff;
Verb meta 'version' 'verify' * -> Version;
Verb meta 'help' 'commands' 'instructions' * -> Help;
Verb meta 'about' 'info' 'credits' * -> About;
Verb meta 'hint' 'hints' 'clue' * -> Hint  * number -> HintOn;
! These are dealt with before the grammar is ever read, but a verb must be known
! as one: OOPS and AGAIN belong to words.h.
Verb meta 'oops' 'o//' * -> Wait;
Verb meta 'again' 'g//' * -> Wait;

! FLIP a switch is to turn it the other way, whichever that is.
[ FlipSub;
    if (noun has switchable) {
        if (noun has on) { Perform(##SwitchOff, noun, 0); rtrue; }
        Perform(##SwitchOn, noun, 0); rtrue;
    }
    Perform(##Push, noun, 0);
];
[ HangUpSub;
    if (location ~= Zoo) "There is nowhere here to hang things.";
    Perform(##PutOn, noun, rack);
];
[ LoadBareSub;
    if (location == MachineHall) { Perform(##Push, load_button, 0); rtrue; }
    if (location == Zoo) { Perform(##Push, start_button, 0); rtrue; }
    "There is nothing here that starts by being told to.";
];
[ TranslateSub;
    if (location == Garage && noun == strip) {
        if (strip notin trans_slot) Perform(##PutIn, strip, trans_slot);
        if (strip in trans_slot) Translate1();
        rtrue;
    }
    "You could translate it into other words, but you would still be in a museum."; ];
