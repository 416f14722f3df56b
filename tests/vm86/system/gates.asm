; Gates: calls through them, interrupts and exceptions, returns to other rings. 80386 Programmer's
; Reference Manual, sections 6.3.4, 9.6 to 9.8 and the pages of CALL, INT, IRET, RET.

%include "common.inc"

NEW  equ 0x70                           ; a segment
GATE equ 0x78                           ; a call gate
FLAT equ BIG + PAGED

; What lies on the stack: EAX EBX ECX EDX ESI EDI EBP, up to %1 of them. The first is an EIP, the
; second a selector.
%macro stacked 1
        mov eax, [esp]
        sub eax, [cs:entry]
        movzx ebx, word [esp + 4]
        %if %1 > 2
        mov ecx, [esp + 8]
        %endif
        %if %1 > 3
        mov edx, [esp + 12]
        %endif
        %if %1 > 4
        mov esi, [esp + 16]
        %endif
        %if %1 > 5
        mov edi, [esp + 20]
        %endif
        %if %1 > 6
        movzx ebp, word [esp + 24]
        %endif
%endmacro

; ---------------------------------------------------------------------------------------------
; Call gates

case "call gate: same ring"
        gate GDT + GATE, CODE0, .there, CALL386
        call GATE:0x12345678
        done
.there: stacked 2
        done
case "call gate: same ring, and back"
        gate GDT + GATE, CODE0, .there, CALL386, 3      ; parameters are not copied
        push dword 0x11
        call GATE:0
        done
.there: mov eax, esp
        retf
case "call gate through memory"
        gate GDT + GATE, CODE0, .there, CALL386
        mov word [DATA + 4], GATE
        call far [DATA]
.there: stacked 2
        done
case "jmp through a gate: same ring"
        gate GDT + GATE, CODE0, .there, CALL386
        jmp GATE:0
        done
.there: done
case "call gate: from ring 3 to 0"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL3
        ring 3
        call GATE:0
        done
.there: stacked 4
        done
case "call gate: from ring 3 to 1"
        gate GDT + GATE, CODE1 & ~3, .there, CALL386 + DPL3
        ring 3
        call GATE:0
        done
.there: stacked 4
        done
case "call gate: from ring 2 to 1"
        gate GDT + GATE, CODE1, .there, CALL386 + DPL3
        ring 2
        call GATE:0
        done
.there: stacked 4
        done
case "call gate: from ring 3 to 0 with 3 parameters"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL3, 3
        ring 3
        push dword 0x33333333
        push dword 0x22222222
        push dword 0x11111111
        call GATE:0
        done
.there: stacked 7
        done
case "call gate: 3 parameters and back"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL3, 3
        ring 3
        push dword 0x33333333
        push dword 0x22222222
        push dword 0x11111111
        call GATE:0
        done
.there: mov eax, [esp + 8]
        mov bx, ds
        retf 12
case "call gate: 31 parameters"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL3, 31
        ring 3
        mov dword [STACK3 - 4], 0x55
        mov esp, STACK3 - 124
        call GATE:0
        done
.there: mov eax, [esp + 8 + 120]
        mov ebx, [esp + 8 + 124]
        done
case "286 call gate: same ring"
        gate GDT + GATE, CODE0, .there, CALL286
        call GATE:0
        done
.there: mov eax, [esp]
        sub ax, [entry]
        done
case "286 call gate: from ring 3 with 2 parameters"
        gate GDT + GATE, CODE0, .there, CALL286 + DPL3, 2
        ring 3
        push dword 0x22221111
        call GATE:0
        done
.there: mov eax, [esp]
        sub ax, [entry]
        mov ebx, [esp + 4]
        mov ecx, [esp + 8]
        mov edx, esp
        o16 retf 4
case "call gate: DPL 0 from ring 3"
        gate GDT + GATE, CODE0, .there, CALL386
        ring 3
        call GATE:0
.there: done
case "call gate: DPL 1, RPL 2 from ring 1"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL1
        ring 1
        call GATE + 2:0
.there: done
case "call gate: DPL 1, RPL 1 from ring 1"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL1
        ring 1
        call GATE + 1:0
.there: stacked 4
        done
case "call gate: not present"
        gate GDT + GATE, CODE0, .there, CALL386
        absent GDT + GATE
        call GATE:0
.there: done
case "call gate: DPL 0, not present, from ring 3"
        gate GDT + GATE, CODE0, .there, CALL386
        absent GDT + GATE
        ring 3
        call GATE:0
.there: done
case "call gate: to null"
        gate GDT + GATE, 0, .there, CALL386
        call GATE:0
.there: done
case "call gate: to beyond the GDT"
        gate GDT + GATE, GDT_LIMIT + 1, .there, CALL386
        call GATE:0
.there: done
case "call gate: to data"
        gate GDT + GATE, DATA0, .there, CALL386
        call GATE:0
.there: done
case "call gate: to a gate"
        gate GDT + GATE, GATE, .there, CALL386
        call GATE:0
.there: done
case "call gate: to code that is not present"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT
        absent GDT + NEW
        gate GDT + GATE, NEW, .there, CALL386
        call GATE:0
.there: done
case "call gate: to an outer ring"
        gate GDT + GATE, CODE3, .there, CALL386
        call GATE:0
.there: done
case "call gate: from ring 3 to conforming code"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + READABLE + CONFORM, FLAT
        gate GDT + GATE, NEW, .there, CALL386 + DPL3
        ring 3
        call GATE:0
        done
.there: stacked 2
        done
case "jmp through a gate: from ring 3 to 0"
        gate GDT + GATE, CODE0, .there, CALL386 + DPL3
        ring 3
        jmp GATE:0
.there: done
case "jmp through a gate: from ring 3 to conforming"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + CONFORM, FLAT
        gate GDT + GATE, NEW, .there, CALL386 + DPL3
        ring 3
        jmp GATE:0
        done
.there: done
case "call gate: beyond the code's limit"
        descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG
        gate GDT + GATE, NEW, .there, CALL386
        call GATE:0
.there: done
case "call gate: from ring 3 to beyond the limit"
        descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG
        gate GDT + GATE, NEW, .there, CALL386 + DPL3
        ring 3
        call GATE:0
.there: done
case "jmp to a call gate in the LDT"
        gate LDT + 8, CODE0, .there, CALL386
        jmp 0x0C:0
.there: done

; The stack of the inner ring, here ring 1: %1 the name, then what spoils it
%macro spoilt 2-4
case %1
        gate GDT + GATE, CODE1, .there, CALL386 + DPL3
        %2
        %3
        %4
        ring 3
        call GATE:0
.there: done
%endmacro

spoilt "SS1 null", {mov dword [TSS + 16], 0}
spoilt "SS1 beyond the GDT", {mov dword [TSS + 16], GDT_LIMIT + 2}
spoilt "SS1 with RPL 0", {mov dword [TSS + 16], DATA1 & ~3}
spoilt "SS1 of DPL 0", {mov dword [TSS + 16], DATA0 + 1}
spoilt "SS1 read-only", {mov dword [TSS + 16], NEW + 1}, {descriptor GDT + NEW, 0, 0xFFFFF, READ + DPL1, FLAT}
spoilt "SS1 code", {mov dword [TSS + 16], CODE1}
spoilt "SS1 not present", {absent GDT + (DATA1 & ~3)}
spoilt "SS1 without room", {mov dword [TSS + 16], NEW + 1}, {descriptor GDT + NEW, 0, 0x6FF, WRITE + DPL1, BIG}, {mov dword [TSS + 12], 12}
spoilt "SS1 with room to the byte", {mov dword [TSS + 16], NEW + 1}, {descriptor GDT + NEW, DATA, 0x6FF, WRITE + DPL1, BIG}, {mov dword [TSS + 12], 16}

case "TSS too short for SS1"
        gate GDT + GATE, CODE1, .there, CALL386 + DPL3
        descriptor GDT + NEW, TSS, 15, TSS386
        mov ax, NEW
        ltr ax
        ring 3
        call GATE:0
.there: done

; ---------------------------------------------------------------------------------------------
; Returns to an outer ring

case "retf to ring 3"
        push dword DATA3
        push dword STACK3
        push dword CODE3
        push dword .there
        retf
.there: done
case "retf 8 to ring 3: both stacks"
        push dword DATA3
        push dword STACK3
        push dword 2
        push dword 1
        push dword CODE3
        push dword .there
        retf 8
.there: done
case "retf to ring 1: what ring 0 has is taken away"
        mov ax, DATA3
        mov ds, ax
        mov ax, CODE0
        mov fs, ax
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + READABLE + CONFORM, FLAT
        mov ax, NEW
        mov gs, ax
        push dword DATA1
        push dword STACK3
        push dword CODE1
        push dword .there
        retf
.there: done
case "retf to ring 3: SS null"
        push dword 0
        push dword STACK3
        push dword CODE3
        push dword .there
        retf
.there: done
case "retf to ring 3: SS with RPL 0"
        push dword DATA3 & ~3
        push dword STACK3
        push dword CODE3
        push dword .there
        retf
.there: done
case "retf to ring 3: SS of DPL 0"
        push dword DATA0 + 3
        push dword STACK3
        push dword CODE3
        push dword .there
        retf
.there: done
case "retf to ring 3: SS not present"
        absent GDT + (DATA3 & ~3)
        push dword DATA3
        push dword STACK3
        push dword CODE3
        push dword .there
        retf
.there: done
case "retf to ring 3: CS of DPL 0"
        push dword DATA3
        push dword STACK3
        push dword CODE0 + 3
        push dword .there
        retf
.there: done
case "retf to ring 3: CS not present"
        absent GDT + (CODE3 & ~3)
        push dword DATA3
        push dword STACK3
        push dword CODE3
        push dword .there
        retf
.there: done
case "retf to ring 3: conforming of DPL 0"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + CONFORM, FLAT
        push dword DATA3
        push dword STACK3
        push dword NEW + 3
        push dword .there
        retf
.there: done
case "iretd: same ring"
        push dword 0x4CD7
        push dword CODE0
        push dword .there
        iretd
.there: pushfd
        pop eax
        push dword 2
        popfd
        done
case "iret of 16 bits: same ring"
        push dword 0x10002
        popfd
        push word 0x0002
        push word CODE0
        push word .there
        o16 iret
.there: done
case "iretd to ring 3 with IOPL 3 and IF"
        ring 3, 0x3202
        pushfd
        pop eax
        done
case "iretd at ring 3: IOPL and IF stay"
        ring 3
        push dword 0x3202
        push dword CODE3
        push dword .there
        iretd
.there: done
case "iretd at ring 3, IOPL 3: IF goes, IOPL stays"
        ring 3, 0x3202
        push dword 2
        push dword CODE3
        push dword .there
        iretd
.there: done
case "iretd to an inner ring"
        ring 3
        push dword 2
        push dword CODE0
        push dword .there
        iretd
.there: done
case "iretd to ring 3: DS of ring 0 is taken away"
        push dword DATA3
        push dword STACK3
        push dword 2
        push dword CODE3
        push dword .there
        iretd
.there: done
case "iretd to ring 3: SS null"
        push dword 0
        push dword STACK3
        push dword 2
        push dword CODE3
        push dword .there
        iretd
.there: done
case "iretd to ring 3: SS of DPL 0"
        push dword DATA0 + 3
        push dword STACK3
        push dword 2
        push dword CODE3
        push dword .there
        iretd
.there: done
case "iretd: CS null"
        push dword 2
        push dword 0
        push dword .there
        iretd
.there: done
case "iretd: CS data"
        push dword 2
        push dword DATA0
        push dword .there
        iretd
.there: done
case "iretd: CS not present"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT
        absent GDT + NEW
        push dword 2
        push dword NEW
        push dword .there
        iretd
.there: done

; ---------------------------------------------------------------------------------------------
; Interrupts. Vector 20 is what these cases change

USED equ 0x20
%define THIS interrupt(USED)

case "int: interrupt gate clears IF and NT"
        gate THIS, CODE0, .there, INT386
        push dword 0x4202
        popfd
        int USED
        done
.there: pushfd
        pop edi
        stacked 3
        done
case "int: trap gate keeps IF"
        gate THIS, CODE0, .there, TRAP386
        push dword 0x4202
        popfd
        int USED
        done
.there: pushfd
        pop edi
        stacked 3
        done
case "int: there and back"
        gate THIS, CODE0, .there, INT386
        push dword 0x46D7
        popfd
        int USED
        pushfd
        pop eax
        push dword 2
        popfd
        done
.there: cld
        iretd
case "int: from ring 3 to 0"
        gate THIS, CODE0, .there, INT386 + DPL3
        ring 3, 0x3202
        int USED
        done
.there: stacked 5
        mov di, ss
        done
case "int: from ring 3 to 1"
        gate THIS, CODE1, .there, TRAP386 + DPL3
        ring 3, 0x202
        int USED
        done
.there: stacked 5
        done
case "int: from ring 3 to conforming code"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + READABLE + CONFORM, FLAT
        gate THIS, NEW, .there, TRAP386 + DPL3
        ring 3
        int USED
        done
.there: stacked 3
        done
case "int: DPL 0 from ring 3"
        ring 3
        int USED
        done
case "int: DPL 2 from ring 2"
        gate THIS, CODE0, .there, INT386 + DPL2
        ring 2
        int USED
        done
.there: stacked 5
        done
case "int3 from ring 3, DPL 0"
        ring 3
        int3
        done
case "int3 from ring 3, DPL 3"
        or byte [interrupt(3) + 5], DPL3
        ring 3
        int3
        done
case "into from ring 3, DPL 0"
        ring 3
        mov al, 0x7F
        add al, 1
        into
        done
case "int: beyond the IDT"
        int LAST_VECTOR + 1
        done
case "int FF: beyond the IDT, from ring 3"
        ring 3
        int 0xFF
        done
case "int: gate not present"
        absent THIS
        int USED
        done
case "int: DPL 0, not present, from ring 3"
        absent THIS
        ring 3
        int USED
        done
case "int: a call gate in the IDT"
        gate THIS, CODE0, .there, CALL386
        int USED
.there: done
case "int: a segment in the IDT"
        descriptor THIS, 0, 0xFFFFF, EXECUTE, FLAT
        int USED
        done
case "int: type 0, not present"
        mov dword [THIS + 4], 0
        int USED
        done
case "int: to null"
        gate THIS, 0, .there, INT386
        int USED
.there: done
case "int: to beyond the GDT"
        gate THIS, GDT_LIMIT + 1, .there, INT386
        int USED
.there: done
case "int: to data"
        gate THIS, DATA0, .there, INT386
        int USED
.there: done
case "int: to an outer ring"
        gate THIS, CODE3, .there, INT386
        int USED
.there: done
case "int: to code that is not present"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT
        absent GDT + NEW
        gate THIS, NEW, .there, INT386
        int USED
.there: done
case "int: to beyond the code's limit"
        descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG
        gate THIS, NEW, .there, INT386
        int USED
.there: done
case "int: through the LDT"
        descriptor LDT + 8, 0, 0xFFFFF, EXECUTE + READABLE, FLAT
        gate THIS, 0x0C, .there, INT386
        int USED
        done
.there: stacked 3
        done

; The stack for the interrupt, as for call gates
%macro spoilt_int 2-4
case %1
        gate THIS, CODE1, .there, INT386 + DPL3
        %2
        %3
        %4
        ring 3
        int USED
.there: done
%endmacro

spoilt_int "int: SS1 null", {mov dword [TSS + 16], 0}
spoilt_int "int: SS1 with RPL 0", {mov dword [TSS + 16], DATA1 & ~3}
spoilt_int "int: SS1 read-only", {mov dword [TSS + 16], NEW + 1}, {descriptor GDT + NEW, 0, 0xFFFFF, READ + DPL1, FLAT}
spoilt_int "int: SS1 not present", {absent GDT + (DATA1 & ~3)}
spoilt_int "int: SS1 without room", {mov dword [TSS + 16], NEW + 1}, {descriptor GDT + NEW, 0, 0x6FF, WRITE + DPL1, BIG}, {mov dword [TSS + 12], 16}
spoilt_int "int: SS1 with room to the byte", {mov dword [TSS + 16], NEW + 1}, {descriptor GDT + NEW, DATA, 0x6FF, WRITE + DPL1, BIG}, {mov dword [TSS + 12], 20}

case "exception: SS0 null, at ring 3: a double fault"
        mov dword [TSS + 8], 0
        ring 3
        db 0x0F, 0xFF                   ; no instruction

; Exceptions: the error codes of what goes wrong have the bit EXT
case "exception: gate not present"
        absent interrupt(6)
        db 0x0F, 0xFF
case "exception: to null"
        gate interrupt(6), 0, .there, INT386
        db 0x0F, 0xFF
.there: done
case "exception: to data"
        gate interrupt(6), DATA0, .there, INT386
        db 0x0F, 0xFF
.there: done
case "exception: to code that is not present"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT
        absent GDT + NEW
        gate interrupt(6), NEW, .there, INT386
        db 0x0F, 0xFF
.there: done
case "exception: a call gate in the IDT"
        gate interrupt(6), CODE0, .there, CALL386
        db 0x0F, 0xFF
.there: done
case "exception: SS1 of DPL 0"
        gate interrupt(6), CODE1, .there, INT386
        mov dword [TSS + 16], DATA0 + 1
        ring 3
        db 0x0F, 0xFF
.there: done
case "exception: the gate's DPL does not matter"
        ring 3
        xor eax, eax
        div al
case "exception with an error code, from ring 3 to 1"
        gate interrupt(13), CODE1, .there, TRAP386
        ring 3
        mov ds, [cs:.task]
.there: pop ebp
        stacked 5
        done
.task:  dw TASK

; Double faults
case "#DE without a gate: a double fault"
        absent interrupt(0)
        xor eax, eax
        div al
case "#GP without a gate: a double fault"
        absent interrupt(13)
        mov ax, TASK
        mov ds, ax
case "#NP without a gate: a double fault"
        absent interrupt(11)
        absent THIS
        int USED
case "#UD and #NP are no double fault"
        absent interrupt(6)
        db 0x0F, 0xFF
case "a double fault through an interrupt gate"
        gate interrupt(8), CODE0, stubs + 8 * STUB, INT386
        absent interrupt(13)
        mov ax, TASK
        mov ds, ax
case "a double fault through a gate, from ring 3"
        gate interrupt(8), CODE0, stubs + 8 * STUB, INT386
        absent interrupt(13)
        ring 3
        hlt

; Gates of 16 bits: frames of words
case "286 interrupt gate"
        gate THIS, CODE0, .there, INT286
        push dword 0x4202
        popfd
        int USED
        done
.there: pushfd
        pop edi
        mov eax, [esp]
        sub ax, [entry]
        mov ebx, [esp + 4]
        movzx ebx, bx
        done
case "286 trap gate, there and back"
        gate THIS, CODE0, .there, TRAP286
        push dword 0x202
        popfd
        int USED
        done
.there: pushfd
        pop edi
        o16 iret
case "286 interrupt gate, from ring 3"
        gate THIS, CODE0, .there, INT286 + DPL3
        ring 3
        int USED
        done
.there: mov eax, [esp]
        sub ax, [entry]
        mov ebx, [esp + 4]
        movzx ecx, word [esp + 8]
        mov edx, esp
        o16 iret
case "286 gate with an error code"
        gate interrupt(13), CODE0, .there, INT286
        mov ax, TASK
        mov ds, ax
.there: mov eax, [esp]
        mov ebx, [esp + 4]
        ror eax, 16
        sub ax, [entry]
        ror eax, 16
        done
last_case
