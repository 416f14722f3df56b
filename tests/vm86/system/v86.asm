; Virtual-8086 mode: how it is entered and left, what is pushed, which instructions are sensitive.
; 80386 Programmer's Reference Manual, section 15.

%include "common.inc"

NEW    equ 0x70
GATE   equ 0x78
SECOND equ 0x80
FLAT   equ BIG + PAGED
USED   equ 0x20
AREA   equ 0x24000                      ; 2000:4000
STACK2 equ 0x5C00
VM     equ 0x20000
%define THIS interrupt(USED)

; Go on in virtual-8086 mode with these EFLAGS, at 0000:IP; SS is 2000, DS and so on are told apart
%macro v86 0-1 2
        push dword 0x2004
        push dword 0x2003
        push dword 0x2002
        push dword 0x2001
        push dword 0x2000
        push dword 0x0FF0
        push dword (%1) | VM
        push dword 0
        push dword %%there
        iretd
%%there:
bits 16
%endmacro

; ---------------------------------------------------------------------------------------------
; In and out

case "a fault: what is pushed"
        v86
        hlt
case "an interrupt: what is pushed"
        v86 0x3202
        int 0x30
case "the upper half of ESP"
        push dword 0x2004
        push dword 0x2003
        push dword 0x2002
        push dword 0x2001
        push dword 0x2000
        push dword 0x12340FF0
        push dword VM + 2
        push dword 0
        push dword .there
        iretd
bits 16
.there: push ax
        hlt
case "the handler's flags"
        gate THIS, CODE0, .handler, INT386 + DPL3
        v86 0x7ED7
        int USED
        hlt
bits 32
.handler:
        pushfd
        pop eax
        mov ebx, [esp + 8]
        cld
        done
case "the handler's flags, trap gate"
        gate THIS, CODE0, .handler, TRAP386 + DPL3
        v86 0x7ED7
        int USED
        hlt
bits 32
.handler:
        pushfd
        pop eax
        mov ebx, [esp + 8]
        cld
        done
case "out and in again"
        gate THIS, CODE0, .handler, INT386 + DPL3
        v86 0x3202
        mov ax, 0x1234
        int USED
        mov bx, ds
        mov cx, es
        mov dx, fs
        mov si, gs
        mov di, ss
        mov bp, sp
        int 0x30
bits 32
.handler:
        inc ax
        iretd
case "out and in again elsewhere"
        gate THIS, CODE0, .handler, INT386 + DPL3
        v86 0x3202
        int USED
.there: mov bx, ds
        int 0x30
bits 32
.handler:
        mov dword [esp], .there - 0x8000
        mov dword [esp + 4], 0x0800
        mov dword [esp + 24], 0x5678
        iretd
case "out to protected mode at ring 3"
        gate THIS, CODE0, .handler, INT386 + DPL3
        v86 0x3202
        int USED
bits 32
.handler:
        add esp, 36
        ring 3
        done
; A 286's gate pushes words, so that VM is lost; no section of the manual tells of it
%macro pushed 0
        pushfd
        mov eax, [esp + 4]
        sub eax, [ss:entry]
        popfd
        mov ebx, [esp + 4]
        mov ecx, [esp + 8]
        mov edx, [esp + 12]
        mov esi, [esp + 16]
        done
%endmacro

case "a gate of a 286"
        gate THIS, CODE0, .handler, INT286 + DPL3
        v86 0x3202
        int USED
bits 32
.handler:
        pushed
case "a trap gate of a 286: the handler's flags"
        gate THIS, CODE0, .handler, TRAP286 + DPL3
        v86 0x7ED7
        int USED
bits 32
.handler:
        pushfd
        pop eax
        cld
        done
case "an exception by a gate of a 286"
        gate interrupt(13), CODE0, .handler, INT286
        v86 0x3202
        hlt
bits 32
.handler:
        mov di, [esp]
        add esp, 2
        pushed
case "a gate of a 286: no way back"
        gate THIS, CODE0, .handler, INT286 + DPL3
        v86 0x3202
        int USED
bits 32
.handler:
        o16 iret
case "a gate of a 286: ESP is cut"
        gate THIS, CODE0, .handler, INT286 + DPL3
        push dword 0x2004
        push dword 0x2003
        push dword 0x2002
        push dword 0x2001
        push dword 0x2000
        push dword 0x12340FF0
        push dword VM + 0x3002
        push dword 0
        push dword .there
        iretd
bits 16
.there: int USED
bits 32
.handler:
        pushed
case "DPL 0 and IOPL 3: #GP of the vector"
        v86 0x3002
        int 0x20
case "DPL 3 and IOPL 0: #GP(0)"
        v86
        int 0x30
case "a vector beyond the IDT"
        v86 0x3002
        int 0xFF
case "a gate to conforming code"
        descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE + CONFORM, FLAT
        gate THIS, NEW, .handler, INT386 + DPL3
        v86 0x3002
        int USED
bits 32
.handler:
        done
case "a gate to ring 1"
        gate THIS, CODE1, .handler, INT386 + DPL3
        v86 0x3002
        int USED
bits 32
.handler:
        done
case "an exception's gate to ring 1"
        gate interrupt(6), CODE1, .handler, INT386
        v86 0x3002
        db 0x0F, 0xFF
bits 32
.handler:
        done
case "SS0 null: a double fault in the task gate"
        mov dword [TSS + 8], 0
        v86 0x3002
        hlt
case "iretd at ring 3 does not enter it"
        ring 3
        push dword VM + 2
        push dword CODE3
        push dword .there
        iretd
.there: done
case "iret of 16 bits does not enter it"
        push word 0
        push word 2
        push word CODE0
        push word .there
        o16 iret
.there: done
case "popfd does not enter it"
        push dword VM + 2
        popfd
        done

; By tasks
case "a task switch enters it"
        mov edi, TSS_2
        call task
        mov dword [TSS_2 + 4], INNER0
        mov dword [TSS_2 + 8], DATA0
        mov dword [TSS_2 + 32], .there
        mov dword [TSS_2 + 36], VM + 0x3002
        mov dword [TSS_2 + 56], 0x0FF0
        mov dword [TSS_2 + 72], 0x2001
        mov dword [TSS_2 + 76], 0
        mov dword [TSS_2 + 80], 0x2000
        mov dword [TSS_2 + 84], 0x2002
        mov dword [TSS_2 + 88], 0x2003
        mov dword [TSS_2 + 92], 0x2004
        descriptor GDT + SECOND, TSS_2, 103, TSS386
        jmp SECOND:0
bits 16
.there: mov bx, ds
        int 0x30
case "a task gate leaves it, and iretd comes back"
        mov edi, TSS_2
        call task
        mov dword [TSS_2 + 32], .task
        mov dword [TSS_2 + 56], STACK2
        descriptor GDT + SECOND, TSS_2, 103, TSS386
        gate THIS, SECOND, 0, TASKGATE + DPL3
        xor edi, edi
        v86 0x3202
        mov ax, 0x1111
        int USED
        inc ax
        int 0x30
bits 32
.task:  mov eax, [TSS + 36]
        mov ebx, [TSS + 72]
        mov [TSS + 52], eax             ; EBX
        mov [TSS + 48], ebx             ; EDX
        iretd
case "a fault through a task gate"
        gate interrupt(13), TASK_DF, 0, TASKGATE
        mov dword [TSS_DF + 40], 13
        v86
        hlt
case "a 286 TSS cannot hold it"
        mov word [TSS_3 + 14], .there
        mov word [TSS_3 + 16], 0x3002
        mov word [TSS_3 + 26], STACK2
        mov word [TSS_3 + 34], DATA0
        mov word [TSS_3 + 36], CODE0
        mov word [TSS_3 + 38], DATA0
        mov word [TSS_3 + 40], DATA0
        descriptor GDT + SECOND, TSS_3, 43, TSS286
        gate THIS, SECOND, 0, TASKGATE + DPL3
        v86 0x3002
        int USED
bits 32
.there: xor eax, eax
        xor ebx, ebx
        xor ecx, ecx
        xor edx, edx
        xor esi, esi
        xor edi, edi
        xor ebp, ebp
        movzx esp, sp
        mov ebx, [TSS + 36]
        done

; ---------------------------------------------------------------------------------------------
; Sensitive instructions. %1 the name, %2 the IOPL, then instructions; they end by HLT

%macro sensitive 2-7
case %1
        v86 (%2) << 12 | 2
        %3
        %4
        %5
        %6
        %7
        hlt
%endmacro

sensitive "cli, IOPL 2", 2, cli
sensitive "cli, IOPL 3", 3, cli
sensitive "sti, IOPL 0", 0, sti
sensitive "sti, IOPL 3", 3, sti
sensitive "pushf, IOPL 0", 0, pushf
sensitive "pushf, IOPL 3", 3, pushf, {pop ax}
sensitive "pushfd, IOPL 0", 0, pushfd
sensitive "pushfd, IOPL 3", 3, pushfd, {pop eax}
sensitive "popf, IOPL 0", 0, popf
sensitive "popf, IOPL 3", 3, {push word 0x4ED7}, popf
sensitive "popfd, IOPL 3: VM and RF stay", 3, {push dword 0x30002}, popfd
sensitive "popf sets TF", 3, {push word 0x0102}, popf, nop, nop
sensitive "iret, IOPL 0", 0, iret
sensitive "iret, IOPL 3", 3, {push word 0x4ED7}, {push word 0}, {push word $ + 4}, iret
sensitive "iretd, IOPL 3", 3, {push dword 0x10202}, {push dword 0}, {push dword $ + 8}, iretd
sensitive "int3, IOPL 0, DPL 0", 0, int3
sensitive "into, IOPL 0, DPL 0", 0, {mov al, 0x7F}, {add al, 1}, into
sensitive "into without overflow", 0, into
sensitive "bound, IOPL 0", 0, {mov ax, 5}, {bound ax, [0]}
sensitive "int 3 of two bytes, IOPL 0", 0, {db 0xCD, 3}
sensitive "hlt, IOPL 3", 3
sensitive "lock cli", 3, {db 0xF0, 0xFA}
sensitive "mov cr0", 3, {mov eax, cr0}
sensitive "mov dr7", 3, {mov dr7, eax}
sensitive "mov tr6", 3, {db 0x0F, 0x24, 0xF0}
sensitive "clts", 3, clts
sensitive "lmsw", 3, {lmsw ax}
sensitive "smsw", 0, {smsw ax}, {and ax, 1}
sensitive "lgdt", 3, {lgdt [0]}
sensitive "sgdt", 0, {sgdt [0]}, {mov ax, [0]}
sensitive "sldt", 3, {sldt ax}
sensitive "str", 3, {str ax}
sensitive "lldt", 3, {lldt ax}
sensitive "ltr", 3, {ltr ax}
sensitive "verr", 3, {verr ax}
sensitive "verw", 3, {verw ax}
sensitive "lar", 3, {lar ax, ax}
sensitive "lsl", 3, {lsl ax, ax}
sensitive "arpl", 3, {arpl ax, ax}

; I/O asks the bitmap alone
%macro io 4
case %1
        mov byte [TSS + 104 + 0x10], %3
        v86 (%2) << 12 | 2
        mov dx, 0x80
        %4
        xor ax, ax
        hlt
%endmacro

io "out, allowed, IOPL 0", 0, 0xFE, {out dx, al}
io "out, not allowed, IOPL 3", 3, 0x01, {out dx, al}
io "out of two, one not allowed", 3, 0x02, {out dx, ax}
io "out of four, allowed", 0, 0xF0, {out dx, eax}
io "insb, not allowed", 3, 0x01, insb

; ---------------------------------------------------------------------------------------------
; Segments

sensitive "mov ds: any value", 0, {mov ax, 0xFFFF}, {mov ds, ax}, {mov bx, ds}
sensitive "a segment's base", 0, {mov ax, 0x1FFF}, {mov es, ax}, {mov word [0], 0x1234}, {mov bx, [es:0x30]}
sensitive "far jmp", 0, {jmp 0x0800:$ + 5 - 0x8000}
sensitive "far call", 0, {call 0x0800:$ + 5 - 0x8000}, {pop ax}, {pop bx}, {sub ax, ax}
sensitive "far ret", 0, {push word 0x0800}, {push word $ + 4 - 0x8000}, retf
sensitive "lds", 0, {mov word [2], 0x1234}, {lds bx, [0]}
sensitive "a word beyond FFFF", 0, {mov ax, [0xFFFF]}
sensitive "a word beyond FFFF in SS", 0, {mov ax, [ss:0xFFFF]}
sensitive "a 32-bit offset beyond FFFF", 0, {mov ebx, 0x10000}, {mov al, [ebx]}
sensitive "push at SP = 1", 0, {mov sp, 1}, {push ax}
sensitive "push at SP = 0", 0, {mov sp, 0}, {push ax}, {mov bx, sp}
sensitive "mov cs", 0, {db 0x8E, 0xC8}
sensitive "an instruction of 16 bytes", 0, {times 15 cs}, nop
sensitive "divide by zero", 0, {aam 0}
case "single step: TF of the frame"
        v86 0x102
        nop
        nop
        hlt
case "the null selectors of a handler"
        gate THIS, CODE0, .handler, INT386 + DPL3
        v86 0x3002
        int USED
bits 32
.handler:
        mov ax, [fs:0]
        done
case "segments of ring 3 after virtual-8086 mode"
        gate THIS, CODE0, .handler, INT386 + DPL3
        descriptor GDT + NEW, DATA, 0xF, WRITE + DPL3
        v86 0x3002
        int USED
bits 32
.handler:
        add esp, 36
        ring 3
        mov ax, NEW
        mov ds, ax
        mov al, [0x10]
        done

; ---------------------------------------------------------------------------------------------
; With paging

%macro paged 3-4
case %1
        call paging_on
        mov dword [PAGES + 0x1000 + 4 * (AREA >> 12)], %2
        mov eax, cr3
        mov cr3, eax
        xor eax, eax
        v86
        mov bx, 0x4000
        %3
        %4
        hlt
%endmacro

paged "page fault: read, absent", AREA, {mov ax, [ss:bx]}
paged "page fault: write, absent", AREA, {mov [ss:bx], ax}
paged "page fault: read, supervisor", AREA + 3, {mov ax, [ss:bx]}
paged "page fault: write, read-only", AREA + 5, {mov [ss:bx], ax}
paged "page fault: push", AREA, {mov sp, 0x4002}, {push ax}
case "20 bits of address by paging"
        call paging_on
        mov dword [PAGES + 0x1000 + 4 * 0x100], DATA + 7
        mov eax, cr3
        mov cr3, eax
        mov dword [DATA + 0x10], 0x1234
        v86
        mov ax, 0xFFFF
        mov ds, ax
        mov ax, [0x20]
        hlt
last_case
