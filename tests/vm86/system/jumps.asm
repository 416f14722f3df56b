; Far jumps, calls and returns without gates, and 16-bit code. 80386 Programmer's Reference Manual,
; sections 6.3.4 and 16.

%include "common.inc"

NEW equ 0x70                            ; the selector that these cases describe
FLAT equ BIG + PAGED

; Where code may go. %1 the access byte, %2 the selector, %3 the name

%macro goes 3-4
case %3
        descriptor GDT + NEW, 0, 0xFFFFF, %1, FLAT
        %ifnempty %4
        absent GDT + NEW
        %endif
        jmp (%2):.there
.there: mov bl, [GDT + NEW + 5]
        done
%endmacro

goes EXECUTE, NEW, "jmp far: code; it is accessed"
goes EXECUTE, NEW + 3, "jmp far: code, RPL 3"
goes EXECUTE + DPL3, NEW, "jmp far: code of DPL 3"
goes EXECUTE + CONFORM, NEW, "jmp far: conforming code"
goes EXECUTE + CONFORM, NEW + 3, "jmp far: conforming code, RPL 3"
goes EXECUTE + CONFORM + DPL3, NEW, "jmp far: conforming code of DPL 3"
goes EXECUTE, NEW, "jmp far: code, not present", absent
goes EXECUTE + DPL3, NEW, "jmp far: code of DPL 3, not present", absent
goes WRITE, NEW, "jmp far: data"
goes WRITE, 0, "jmp far: null"
goes WRITE, GDT_LIMIT + 1, "jmp far: beyond the GDT"
goes WRITE, LOCAL, "jmp far: LDT descriptor"
goes INT386, NEW, "jmp far: interrupt gate"

%macro goes3 3
case %3
        descriptor GDT + NEW, 0, 0xFFFFF, %1, FLAT
        ring 3
        jmp (%2):.there
.there: done
%endmacro

goes3 EXECUTE + DPL3, NEW, "ring 3, jmp far: RPL 0; CS has RPL 3"
goes3 EXECUTE + DPL3, NEW + 3, "ring 3, jmp far: RPL 3"
goes3 EXECUTE, NEW, "ring 3, jmp far: DPL 0"
goes3 EXECUTE + CONFORM, NEW, "ring 3, jmp far: conforming of DPL 0"
goes3 EXECUTE + CONFORM + DPL2, NEW + 3, "ring 3, jmp far: conforming of DPL 2"

case "conforming code at ring 3 is still ring 3: cli"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + CONFORM, FLAT
        ring 3
        jmp NEW:.there
.there: cli
        done
case "ring 1, jmp far: code of DPL 1, RPL 1"
        ring 1
        jmp CODE1:.there
.there: done
case "call far, retf"
        call CODE0:.sub
        mov eax, esp
        done
.sub:   mov ebx, esp
        mov ecx, [esp + 4]
        retf
case "call far of 16 bits, retf of 16 bits"
        call word CODE0:.sub
        done
.sub:   mov ebx, esp
        mov cx, [esp + 2]
        o16 retf
case "call far to what is not code: ESP is kept"
        call DATA0:.there
.there: done
case "retf to a null selector"
        push dword 0
        push dword .there
        retf
.there: done
case "retf to inner ring"
        ring 3
        push dword CODE0
        push dword .there
        retf
.there: done
case "retf to a data segment"
        push dword DATA0
        push dword .there
        retf
.there: done
case "retf to code that is not present"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT
        absent GDT + NEW
        push dword NEW
        push dword .there
        retf
.there: done

; ---------------------------------------------------------------------------------------------
; 16-bit code

case "16-bit code: operands, addresses, stack"
        jmp CODE0_16:.there
bits 16
.there: mov eax, 0x12345678
        mov ax, 0x9ABC
        mov bx, sp
        push ax
        sub bx, sp
        mov si, DATA0
        o32 push dword 7
        o32 pop dword [esp - 4]
        mov esi, 0x10000
        mov cl, [esi + DATA - 0x10000]
        done
bits 32
case "16-bit code: a prefix gives EIP 32 bits"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, PAGED
        mov word [DATA], 0x30CD         ; int 30h
        jmp NEW:.there
bits 16
.there: jmp dword DATA
bits 32
case "call, ret of 16 bits in 32-bit code"
        call word .sub
        done
.sub:   mov ebx, esp
        movzx ecx, word [esp]
        sub ecx, [entry]
        mov edx, esp
        o16 ret

last_case
