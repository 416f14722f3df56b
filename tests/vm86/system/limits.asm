; Limits: how far segments reach, for data, stacks and code. 80386 Programmer's Reference Manual,
; section 6.3.1.2.

%include "common.inc"

NEW equ 0x70                            ; the selector that these cases describe
FLAT equ BIG + PAGED

; %1 limit, %2 access, %3 flags, %4 offset in EBX, %5 what it is, %6 the instruction

%macro reaches 6-7
case %5
        descriptor GDT + NEW, DATA, %1, %2, %3
        mov ax, NEW
        mov ds, ax
        mov es, ax
        xor eax, eax
        mov ebx, %4
        mov edi, ebx
        %6
        %7
        done
%endmacro

reaches 0x1F, WRITE, 0, 0x1F, "limit 1F: byte at 1F", {mov al, [ebx]}
reaches 0x1F, WRITE, 0, 0x20, "limit 1F: byte at 20", {mov al, [ebx]}
reaches 0x1F, WRITE, 0, 0x1E, "limit 1F: word at 1E", {mov ax, [ebx]}
reaches 0x1F, WRITE, 0, 0x1F, "limit 1F: word at 1F", {mov ax, [ebx]}
reaches 0x1F, WRITE, 0, 0x1C, "limit 1F: dword at 1C", {mov [ebx], eax}
reaches 0x1F, WRITE, 0, 0x1D, "limit 1F: dword at 1D", {mov [ebx], eax}
reaches 0x1F, WRITE, 0, 0x1B, "limit 1F: les of 6 bytes at 1B", {les eax, [ebx]}
reaches 0x1F, WRITE, 0, 0x1E, "limit 1F: stosd at 1E", {stosd}
reaches 0x1F, WRITE, 0, 0x1D, "limit 1F: sgdt at 1D", {sgdt [ebx]}
reaches 0x1F, WRITE, 0, 0x1C, "limit 1F: bound at 1C", {bound eax, [ebx]}
reaches 0x1F, WRITE, 0, 0xFFFFFFFF, "limit 1F: word at FFFFFFFF", {mov ax, [ebx]}
reaches 0, WRITE, 0, 0, "limit 0: byte at 0", {mov al, [ebx]}
reaches 0, WRITE, 0, 0, "limit 0: word at 0", {mov ax, [ebx]}
reaches 0, WRITE, PAGED, 0xFFF, "limit 0 in pages: byte at FFF", {mov al, [ebx]}
reaches 0, WRITE, PAGED, 0x1000, "limit 0 in pages: byte at 1000", {mov al, [ebx]}
reaches 1, WRITE, PAGED, 0x1FFE, "limit 1 in pages: dword at 1FFE", {mov eax, [ebx]}
reaches 0x1F, WRITE + DOWN, 0, 0x1F, "down, limit 1F: byte at 1F", {mov al, [ebx]}
reaches 0x1F, WRITE + DOWN, 0, 0x20, "down, limit 1F: byte at 20", {mov al, [ebx]}
reaches 0x1F, WRITE + DOWN, 0, 0xFFFF, "down, limit 1F: byte at FFFF", {mov al, [ebx]}
reaches 0x1F, WRITE + DOWN, 0, 0xFFFF, "down, limit 1F: word at FFFF", {mov ax, [ebx]}
reaches 0x1F, WRITE + DOWN, 0, 0x10000, "down, limit 1F: byte at 10000", {mov al, [ebx]}
reaches 0x1F, WRITE + DOWN, BIG, 0x10000, "down, B, limit 1F: byte at 10000", {mov al, [ebx]}
reaches 0x1F, WRITE + DOWN, BIG, 0x1F, "down, B, limit 1F: byte at 1F", {mov al, [ebx]}
reaches 0x1F, WRITE + DOWN, BIG, 0x20, "down, B, limit 1F: dword at 20", {mov eax, [ebx]}
reaches 0, WRITE + DOWN, BIG + PAGED, 0xFFF, "down, B, limit 0 in pages: byte at FFF", {mov al, [ebx]}
reaches 0, WRITE + DOWN, BIG + PAGED, 0x1000, "down, B, limit 0 in pages: byte at 1000", {mov al, [ebx]}
reaches 0xFFFF, WRITE + DOWN, 0, 0x8000, "down, limit FFFF: nothing is left", {mov al, [ebx]}
reaches 0xFFF, WRITE, 0, 0xFF8, "rep stosd up to the limit and beyond", {mov ecx, 4}, {rep stosd}
reaches 0xFFF, WRITE, 0, 0x10, "movsd from beyond the limit", {mov esi, 0xFFD}, {movsd}
reaches 0xFFF, WRITE, 0, 0, "cmpsb beyond the limit in ES", {mov edi, 0x1000}, {cmpsb}
reaches 0xFFF, WRITE, 0, 0, "xlat beyond the limit", {lea ebx, [eax + 0x1000]}, {xlatb}

; The stack
%macro stack 6-7          ; limit, access, flags, ESP, name, instruction
case %5
        descriptor GDT + NEW, 0, %1, %2, %3
        mov ax, NEW
        mov ss, ax
        mov esp, %4
        %6
        %7
        mov ecx, esp
        mov ax, DATA0
        mov ss, ax
        mov esp, STACK0
        xor eax, eax
        done
%endmacro

stack 0xFFFF, WRITE, 0, 0x56787000, "B = 0: push moves SP", {push eax}
stack 0xFFFF, WRITE, 0, 0x56780000, "B = 0: push wraps SP", {push eax}
stack 0xFFFF, WRITE, 0, 0x5678FFFE, "B = 0: pop wraps SP", {pop ax}
stack 0xFFFF, WRITE, 0, 0x56787000, "B = 0: enter", {enter 0x10, 0}
stack 0xFFFF, WRITE, 0, 0x56787000, "B = 0: leave takes BP", {mov ebp, 0x12346F00}, {leave}
stack 0xFFFF, WRITE, 0, 0x56787000, "B = 0: pusha", {pusha}
stack 0xFFFF, WRITE, 0, 0x56787000, "B = 0: [esp] has 32 bits: #SS", {mov eax, [esp]}
stack 0xFFFFF, WRITE, BIG + PAGED, 0x7000, "B = 1: leave takes EBP", {mov ebp, 0x6F00}, {leave}
stack 0x6FFF, WRITE, BIG, 0x6000, "[ebp] beyond the limit: #SS", {mov ebp, 0x6FFE}, {mov eax, [ebp]}
stack 0x6FFF, WRITE, BIG, 0x6000, "ss: beyond the limit: #SS", {mov eax, [ss:0x7000]}
stack 0x6FFF, WRITE, BIG, 0x6000, "pop from the stack, into beyond the limit", {mov ds, ax}, {pop dword [0x6FFE]}
stack 0x5FFF, WRITE + DOWN, BIG, 0x7000, "expand-down stack: push", {push eax}
stack 0x5FFF, WRITE + DOWN, BIG, 0x7000, "expand-down stack: [ebp] below", {mov ebp, 0x5FFF}, {mov al, [ebp]}

case "push beyond the limit at ring 0: a double fault"
        descriptor GDT + NEW, 0, 0x6FFF, WRITE, BIG
        mov ax, NEW
        mov ss, ax
        mov esp, 0x7002
        push eax
        done

; A faulting push, call or frame is undone; the stack is another for the handler
%macro stack3 4-5         ; limit, ESP, name, instruction
case %3
        descriptor GDT + NEW, DATA, %1, WRITE + DPL3, BIG
        ring 3
        mov ax, NEW + 3
        mov ss, ax
        mov esp, %2
        xor eax, eax
        %4
        %5
        done
%endmacro

stack3 0xFFF, 2, "ring 3: push wraps at 0", {push eax}
stack3 0xFFF, 0x1002, "ring 3: push beyond the limit", {push eax}
stack3 0xFFF, 0xFFE, "ring 3: pop beyond the limit", {pop eax}
stack3 0xFFF, 0x10, "ring 3: pusha wraps", {pusha}
stack3 0xFFF, 0xFF0, "ring 3: popa beyond the limit", {popa}
stack3 0xFFF, 2, "ring 3: call wraps", {call $ + 5}
stack3 0xFFF, 0xFFE, "ring 3: ret beyond the limit", {ret}
stack3 0xFFF, 6, "ring 3: enter wraps", {enter 8, 1}
stack3 0xFFF, 6, "ring 3: far call wraps", {call CODE3:$ + 7}
stack3 0xFFF, 0xFFC, "ring 3: retf beyond the limit", {retf}
stack3 0xFFF, 0xFF8, "ring 3: iretd beyond the limit", {iretd}
stack3 0xFFF, 0x20, "ring 3: leave beyond the limit", {mov ebp, 0xFFE}, {leave}
stack3 0xFFF, 2, "ring 3: pushfd wraps", {pushfd}
stack3 0xFFF, 0xFFF, "ring 3: pop ds beyond the limit", {pop ds}

; ---------------------------------------------------------------------------------------------
; Code

case "jmp far beyond the code segment's limit"
        descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG
        jmp NEW:0x8000
case "call far beyond the limit: ESP is kept"
        descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG
        call NEW:0x8000
case "jmp near beyond the limit"
        descriptor GDT + NEW, 0, 0xFFFF, EXECUTE, BIG
        jmp NEW:.there
.there: jmp 0x10000
case "jmp short beyond the limit: the jump faults"
        descriptor GDT + NEW, DATA, 0x1F, EXECUTE, BIG
        mov dword [DATA + 0x1B], 0x7FEB7FEB
        jmp NEW:0x1D
case "retf to beyond the limit"
        descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG
        push dword NEW
        push dword 0x8000
        retf
case "16-bit code: a jump wraps IP"
        descriptor GDT + NEW, DATA, 0xFFFF, EXECUTE
        mov word [DATA + 0xFFF8], 0x06EB        ; jmp short: from FFFA to 0
        mov dword [DATA], 0x9030CD90            ; nop, int 30h
        jmp NEW:0xFFF8
case "16-bit code: execution runs over the limit"
        descriptor GDT + NEW, 0, 0xFFFF, EXECUTE
        mov byte [0xFFFF], 0x90
        jmp NEW:0xFFFF
case "an instruction that ends at the limit"
        descriptor GDT + NEW, DATA, 0x10, EXECUTE, BIG
        mov dword [DATA + 0xF], 0x909005B0
        jmp NEW:0xF
case "an instruction that crosses the limit"
        descriptor GDT + NEW, DATA, 0xF, EXECUTE, BIG
        mov dword [DATA + 0xF], 0x909005B0
        jmp NEW:0xF
last_case
