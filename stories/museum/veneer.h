! ===========================================================================
!  veneer.h -- routines the compiler calls for us
! ---------------------------------------------------------------------------
!  print (the) x, (The) x, (a) x and (name) x, and the action statements <X y>
!  and <<X y>>, all compile into calls to routines of these fixed names.  Only
!  the compiler ever calls them, so System_file tells it not to warn that
!  nobody does.
! ===========================================================================

System_file;

[ PrintShortName o; @print_obj o; ];
[ DefArt o;  if (o hasnt proper) print "the "; print (name) o; ];
[ CDefArt o; if (o hasnt proper) print "The "; print (name) o; ];
[ IndefArt o;
    if (o hasnt proper) {
        if (o.article) print (string) o.article, " ";
        else if (o has plural) print "some ";
        else print "a ";
    }
    print (name) o;
];
[ R_Process act n s; Perform(act, n, s); ];
