; Paging: page faults and their error codes, accessed and dirty bits, what crosses pages, what can be
; done again. 80386 Programmer's Reference Manual, sections 5.2, 6.4, 9.8.14.
;
; Linear 400000 on are four pages, which lie at DATA; below 400000 linear addresses are physical.

%include "common.inc"

AREA   equ 0x400000
TABLE  equ PAGES + 0x2000               ; the page table of AREA
PDE    equ PAGES + 4 * (AREA >> 22)
NEW    equ 0x70
FLAT   equ BIG + PAGED
USED   equ 0x20
%define PTE(n) TABLE + 4 * (n)

; Bits of both
P equ 1
W equ 2
U equ 4
A equ 0x20
D equ 0x40
ALL equ P + W + U

; Paging is on, with these bits in AREA's entry of the directory, and in the entries of its pages
%macro pages 1-5 ALL, ALL, ALL, ALL
        call paging_on
        mov dword [PDE], TABLE + (%1)
        mov dword [PTE(0)], DATA + (%2)
        mov dword [PTE(1)], DATA + 0x1000 + (%3)
        mov dword [PTE(2)], DATA + 0x2000 + (%4)
        mov dword [PTE(3)], DATA + 0x3000 + (%5)
        mov eax, cr3
        mov cr3, eax
        xor eax, eax
%endmacro

; AL, AH: the low bytes of the entries for AREA in table and directory
%macro report 0
        mov al, [PTE(0)]
        mov ah, [PDE]
        done
%endmacro

; ---------------------------------------------------------------------------------------------
; Name, ring, bits in the directory, bits in the table, the instruction, with EBX = AREA + 10h. Left out
; is what reads and writes an absent page: whether it faults as a read or a write is not said.

%macro touch 5
case %1
        pages %3, %4
        %if %2
        ring %2
        %endif
        mov ebx, AREA + 0x10
        %5
        report
%endmacro

touch "ring 3: read", 3, ALL, ALL, {mov ecx, [ebx]}
touch "ring 3: write", 3, ALL, ALL, {mov [ebx], ecx}
touch "ring 3: read and write", 3, ALL, ALL, {inc dword [ebx]}
touch "ring 3: read, absent", 3, ALL, W + U, {mov ecx, [ebx]}
touch "ring 3: write, absent", 3, ALL, W + U, {mov [ebx], ecx}
touch "ring 3: read, table absent", 3, W + U, ALL, {mov ecx, [ebx]}
touch "ring 3: write, table absent", 3, W + U, ALL, {mov [ebx], ecx}
touch "ring 3: read, both absent", 3, 0, 0, {mov ecx, [ebx]}
touch "ring 3: read, read-only", 3, ALL, P + U, {mov ecx, [ebx]}
touch "ring 3: write, read-only", 3, ALL, P + U, {mov [ebx], ecx}
touch "ring 3: write, table read-only", 3, P + U, ALL, {mov [ebx], ecx}
touch "ring 3: read, supervisor", 3, ALL, P + W, {mov ecx, [ebx]}
touch "ring 3: write, supervisor", 3, ALL, P + W, {mov [ebx], ecx}
touch "ring 3: read, table supervisor", 3, P + W, ALL, {mov ecx, [ebx]}
touch "ring 3: read, both supervisor", 3, P + W, P + W, {mov ecx, [ebx]}
touch "ring 3: write, supervisor, read-only", 3, ALL, P, {mov [ebx], ecx}
touch "ring 3: add, read-only", 3, ALL, P + U, {add [ebx], ecx}
touch "ring 3: cmp, read-only", 3, ALL, P + U, {cmp [ebx], ecx}
touch "ring 3: xchg, read-only", 3, ALL, P + U, {xchg [ebx], ecx}
touch "ring 3: bt, read-only", 3, ALL, P + U, {bt [ebx], ecx}
touch "ring 3: bts, read-only", 3, ALL, P + U, {bts [ebx], ecx}
touch "ring 3: the other bits do not matter", 3, ALL + 0xE00, ALL + 0xE00, {mov [ebx], ecx}
touch "ring 3: lea, absent", 3, 0, 0, {lea ecx, [ebx]}
touch "ring 3: code, absent", 3, ALL, 0, {jmp ebx}
touch "ring 3: code, supervisor", 3, ALL, P + W, {jmp ebx}
touch "ring 3: call to absent code: it is called", 3, ALL, 0, {call ebx}
touch "ring 2: read, supervisor", 2, ALL, P + W, {mov ecx, [ebx]}
touch "ring 1: write, supervisor, read-only", 1, P, P, {mov [ebx], ecx}
touch "ring 1: write, absent", 1, ALL, 0, {mov [ebx], ecx}
touch "ring 0: read", 0, ALL, ALL, {mov ecx, [ebx]}
touch "ring 0: write", 0, ALL, ALL, {mov [ebx], ecx}
touch "ring 0: read, absent", 0, ALL, 0, {mov ecx, [ebx]}
touch "ring 0: write, absent", 0, ALL, 0, {mov [ebx], ecx}
touch "ring 0: write, table absent", 0, 0, ALL, {mov [ebx], ecx}
touch "ring 0: read, supervisor", 0, P + W, P + W, {mov ecx, [ebx]}
touch "ring 0: write, read-only", 0, P + U, P + U, {mov [ebx], ecx}
touch "ring 0: write, supervisor, read-only", 0, P, P, {mov [ebx], ecx}
touch "ring 0: code, absent", 0, ALL, 0, {jmp ebx}

; A fault leaves the accessed and dirty bits as they were, but for the directory's
%macro untouched 5
case %1
        pages %3, %4
        gate interrupt(14), CODE0, .fault, INT386
        %if %2
        ring %2
        %endif
        mov ebx, AREA + 0x10
        %5
        done
.fault: pop ecx
        mov al, [PTE(0)]
        done
%endmacro

untouched "page fault by absence: no bits", 3, ALL, W + U, {mov ecx, [ebx]}
untouched "page fault by writing: no bits", 3, ALL, P + U, {mov [ebx], ecx}
untouched "page fault of the supervisor: no bits", 3, ALL, P + W, {mov ecx, [ebx]}

; ---------------------------------------------------------------------------------------------
; Across pages. Name, bits of the first and of the second page, the instruction

%macro across 4
case %1
        pages ALL, %2, %3
        ring 3
        mov ebx, AREA + 0xFFE
        mov ecx, 0x12345678
        %4
        mov ax, [DATA + 0xFFE]
        mov dl, [PTE(0)]
        mov dh, [PTE(1)]
        done
%endmacro

across "across: read", ALL, ALL, {mov eax, [ebx]}
across "across: write", ALL, ALL, {mov [ebx], ecx}
across "across: read, the second absent", ALL, 0, {mov ecx, [ebx]}
across "across: read, the first absent", 0, ALL, {mov ecx, [ebx]}
across "across: read, both absent", 0, 0, {mov ecx, [ebx]}
across "across: write, the second absent", ALL, 0, {mov [ebx], ecx}
across "across: write, the first read-only", P + U, ALL, {mov [ebx], ecx}
across "across: write, the second read-only", ALL, P + U, {mov [ebx], ecx}
across "across: add, the second read-only", ALL, P + U, {add [ebx], ecx}
across "across: word, the second absent", ALL, 0, {mov [ebx + 1], cx}
across "across: word before the second, absent", ALL, 0, {mov [ebx], cx}
across "across: les, the selector absent", ALL, 0, {les ecx, [ebx - 2]}
across "across: bound, the second limit absent", ALL, 0, {bound ecx, [ebx - 2]}
across "across: call through memory", ALL, 0, {call [ebx]}

case "across: a write that faults writes nothing"
        pages ALL, ALL, 0
        gate interrupt(14), CODE0, .fault, INT386
        mov ebx, AREA + 0xFFE
        mov ecx, 0x12345678
        mov [ebx], ecx
        done
.fault: pop edx
        mov ax, [DATA + 0xFFE]
        done
case "an instruction across pages, the second absent"
        pages ALL, ALL, 0
        mov word [AREA + 0xFFE], 0xB890         ; nop; mov eax, ...
        jmp AREA + 0xFFE
case "an instruction that ends with its page"
        pages ALL, ALL, 0
        mov word [AREA + 0xFFE], 0x30CD         ; int 30h
        jmp AREA + 0xFFE
case "an opcode and its ModRM byte across pages"
        pages ALL, ALL, 0
        mov byte [AREA + 0xFFF], 0x8B
        jmp AREA + 0xFFF

; ---------------------------------------------------------------------------------------------
; Strings: what is done is done, and ECX, ESI and EDI say so

%macro string 5-7       ; name, bits of page 1, ECX, ESI, EDI, the instructions
case %1
        pages ALL, ALL, %2
        ring 3
        mov ecx, %3
        mov esi, %4
        mov edi, %5
        %6
        %7
        done
%endmacro

string "rep stosb into an absent page", 0, 5, 0, AREA + 0xFFD, {rep stosb}
string "rep stosd, the last across pages", 0, 3, 0, AREA + 0xFF6, {rep stosd}
string "rep stosw into a read-only page", P + U, 5, 0, AREA + 0xFFC, {rep stosw}
string "rep movsb from an absent page", 0, 5, AREA + 0xFFE, AREA + 0x2000, {rep movsb}
string "rep movsb into an absent page", 0, 5, AREA + 0x2000, AREA + 0xFFE, {rep movsb}
string "rep movsd from and into an absent page", 0, 5, AREA + 0x1000, AREA + 0x1000, {rep movsd}
string "rep movsd across pages", 0, 8, AREA + 0xFF2, AREA + 0x2000, {rep movsd}
string "rep movsb downwards into an absent page", 0, 5, AREA + 0x100, AREA + 0x2001, {std}, {rep movsb}
string "rep lodsb from an absent page", 0, 5, AREA + 0xFFE, 0, {rep lodsb}
string "repe cmpsb, ESI in an absent page", 0, 5, AREA + 0xFFE, AREA + 0x2000, {repe cmpsb}
string "repe cmpsb, EDI in an absent page", 0, 5, AREA + 0x2000, AREA + 0xFFE, {repe cmpsb}
string "repe scasb in an absent page", 0, 5, 0, AREA + 0xFFE, {repe scasb}
string "movsb into an absent page", 0, 5, AREA, AREA + 0x1000, {movsb}
string "lodsd from an absent page", 0, 5, AREA + 0x1000, 0, {lodsd}
string "rep outsb from an absent page", 0, 2, AREA + 0x1000, 0, {mov dx, 0x80}, {rep outsb}
string "rep insb into an absent page", 0, 2, 0, AREA + 0x1000, {mov dx, 0x80}, {rep insb}
string "rep stosb, ECX = 0, into an absent page", 0, 0, 0, AREA + 0x1000, {rep stosb}

; ---------------------------------------------------------------------------------------------
; The stack. Name, bits of the first and of the second page, ESP less AREA, instructions

%macro stack 5-6
case %1
        pages ALL, %2, %3
        ring 3
        mov esp, AREA + (%4)
        mov ebp, 0x11111111
        %5
        %6
        done
%endmacro

stack "push into an absent page", 0, ALL, 0x1000, {push eax}
stack "push across pages, the lower absent", 0, ALL, 0x1002, {push eax}
stack "push across pages, the upper read-only", ALL, P + U, 0x1002, {push eax}
stack "pusha across pages, the lower absent", 0, ALL, 0x1010, {pusha}
stack "pop from an absent page", ALL, 0, 0x1000, {pop eax}
stack "popa across pages, the upper absent", ALL, 0, 0xFF0, {mov ebp, 0}, {popa}
stack "call with an absent stack", 0, ALL, 0x1000, {call AREA}
stack "far call across pages, the lower absent", 0, ALL, 0x1004, {call CODE3:AREA}
stack "ret from an absent page", ALL, 0, 0x1000, {ret}
stack "retf across pages", ALL, 0, 0xFFC, {retf}
stack "iretd across pages", ALL, 0, 0xFF8, {iretd}
stack "enter: EBP into an absent page", 0, ALL, 0x1000, {enter 0x10, 0}
stack "enter: level 2 from an absent page", ALL, 0, 0xFF0, {mov ebp, AREA + 0x1008}, {enter 0, 2}
stack "leave from an absent page", ALL, 0, 0xFF0, {mov ebp, AREA + 0x1000}, {leave}
stack "push of an absent operand", ALL, 0, 0xFF0, {push dword [AREA + 0x1000]}
stack "pop into an absent operand", ALL, 0, 0xFF0, {pop dword [AREA + 0x1000]}
stack "pop into [esp] of an absent page", ALL, 0, 0xFFC, {pop dword [esp]}

; ---------------------------------------------------------------------------------------------
; What the processor itself reads and writes belongs to the supervisor

case "a descriptor of the LDT in an absent page"
        descriptor GDT + NEW, AREA, 0x3F, LDT_TYPE
        pages ALL, 0
        mov ax, NEW
        lldt ax
        mov ax, 0x0C
        mov ds, ax
        done
case "the same at ring 3"
        descriptor GDT + NEW, AREA, 0x3F, LDT_TYPE
        pages ALL, 0
        mov ax, NEW
        lldt ax
        ring 3
        mov ax, 0x0F
        mov ds, ax
        done
case "at ring 3, in a supervisor's page"
        descriptor GDT + NEW, AREA, 0x3F, LDT_TYPE
        descriptor DATA + 8, 0x1234, 0xFFFFF, WRITE + DPL3
        pages ALL, P
        mov ax, NEW
        lldt ax
        ring 3
        mov ax, 0x0F
        mov ds, ax
        mov dl, [cs:DATA + 13]          ; accessed, though the page is read-only
        done
case "a gate of the IDT in an absent page"
        mov esi, IDT
        mov edi, DATA + 0xF00
        mov ecx, 0x100 / 4
        rep movsd
        xor esi, esi
        xor edi, edi
        pages ALL, ALL, 0
        lidt [.idt]
        ring 3
        int 0x20
        done
.idt:   dw 0x1FF
        dd AREA + 0xF00
case "int from ring 3 to an absent stack"
        gate interrupt(USED), CODE1, .there, INT386 + DPL3
        mov dword [TSS + 12], AREA + 0x1000
        pages ALL, 0
        ring 3
        int USED
.there: done
case "int from ring 3 to a stack across pages"
        gate interrupt(USED), CODE1, .there, INT386 + DPL3
        mov dword [TSS + 12], AREA + 0x1008
        pages ALL, 0
        ring 3
        int USED
.there: done
case "call gate from ring 3 to an absent stack"
        gate GDT + NEW, CODE1, .there, CALL386 + DPL3
        mov dword [TSS + 12], AREA + 0x1000
        pages ALL, 0
        ring 3
        call NEW:0
.there: done
case "#GP at ring 3, absent stack: no double fault"
        gate interrupt(13), CODE1, .there, INT386
        mov dword [TSS + 12], AREA + 0x1000
        pages ALL, 0
        ring 3
        hlt
.there: done
case "page fault at ring 3, absent stack: double"
        mov dword [TSS + 4], AREA + 0x1000
        pages ALL, 0, 0
        ring 3
        mov eax, [AREA + 0x1234]
case "page fault without a gate: double"
        absent interrupt(14)
        pages ALL, 0
        mov eax, [AREA]
case "page fault through a task gate"
        gate interrupt(14), TASK_DF, 0, TASKGATE
        mov dword [TSS_DF + 40], 14
        pages ALL, 0
        ring 3
        mov [AREA + 0x10], eax

; ---------------------------------------------------------------------------------------------
; Going on

case "a handler makes the page present, and goes on"
        pages ALL, 0
        gate interrupt(14), CODE0, .fault, INT386
        mov dword [DATA + 0x10], 0x12345678
        mov ecx, [AREA + 0x10]
        done
.fault: add esp, 4
        or byte [PTE(0)], P
        inc edx
        iretd
case "rep movsb goes on through two absent pages"
        pages ALL, 0, 0
        gate interrupt(14), CODE0, .fault, INT386
        mov esi, AREA + 0x2000
        mov dword [esi + 0x1FC], 0x12345678
        mov edi, AREA + 0xF00
        mov ecx, 0x200
        rep movsb
        mov eax, [DATA + 0x10FC]
        done
.fault: add esp, 4
        mov ebx, cr2
        shr ebx, 12
        and ebx, 3
        or byte [ebx * 4 + PTE(0)], P
        inc edx
        iretd
case "CR3 flushes what was kept"
        pages ALL
        mov dword [DATA], 0x1111
        mov dword [DATA + 0x2000], 0x2222
        mov ecx, [AREA]
        mov dword [PTE(0)], DATA + 0x2000 + ALL
        mov eax, cr3
        mov cr3, eax
        mov edx, [AREA]
        mov dword [PTE(0)], 0
        mov cr3, eax
        mov ebx, [AREA]
        done
case "two directories"
        pages ALL
        mov edi, PAGES + 0x3000
        mov esi, PAGES
        mov ecx, 1024
        rep movsd
        mov dword [PAGES + 0x3000 + 4 * (AREA >> 22)], PAGES + 0x4000 + ALL
        mov dword [PAGES + 0x4000], DATA + 0x1000 + ALL
        mov dword [DATA], 0x1111
        mov dword [DATA + 0x1000], 0x2222
        mov ecx, [AREA]
        mov eax, PAGES + 0x3000
        mov cr3, eax
        mov edx, [AREA]
        mov eax, cr3
        xor esi, esi
        xor edi, edi
        done
case "one page at two addresses"
        pages ALL
        mov dword [PTE(1)], DATA + ALL
        mov dword [AREA + 0x10], 0x1234
        mov eax, [AREA + 0x1010]
        mov ebx, [DATA + 0x10]
        done
case "segment base and paging"
        descriptor GDT + NEW, AREA + 0xFF0, 0xFFF, WRITE
        pages ALL, ALL, 0
        mov dword [DATA + 0xFF8], 0x1234
        mov ax, NEW
        mov fs, ax
        mov eax, [fs:8]
        mov ebx, [fs:0x10]
        done
case "CR2 may be written"
        mov eax, 0x12345678
        mov cr2, eax
        mov ebx, cr2
        done
case "PG off: linear is physical"
        pages ALL, ALL
        mov dword [PTE(0x10)], DATA + ALL
        mov dword [DATA], 0x1111
        mov eax, cr0
        and eax, 0x7FFFFFFF
        mov cr0, eax
        jmp .off
.off:   mov ecx, [DATA]
        and eax, 0x80000000
        done
last_case
