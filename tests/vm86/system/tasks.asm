; Tasks: switches by JMP, CALL, INT, IRET and exceptions, through TSS descriptors and task gates, what
; goes wrong in them, and the I/O permission bitmap. 80386 Programmer's Reference Manual, sections 7
; and 8.3.

%include "common.inc"

SECOND equ 0x70                         ; a TSS
GATE   equ 0x78                         ; a task gate
OLD    equ 0x80                         ; a 286 TSS
NEW    equ 0x88
FAULTS equ 0x90                         ; TSSs of the tasks for faults 10 to 13
FAULT_TSS equ 0x17000
STACK2 equ 0x5C00
FLAT   equ BIG + PAGED
USED   equ 0x20
%define THIS interrupt(USED)

; The second task, which begins at %1
%macro second 1
        mov edi, TSS_2
        call task
        xor edi, edi
        mov dword [TSS_2 + 32], %1
        mov dword [TSS_2 + 56], STACK2
        descriptor GDT + SECOND, TSS_2, 103, TSS386
%endmacro

; AX: the second's back link; BL, BH: the access bytes of the first's and the second's TSS; CX: TR;
; EDX: CR0.TS; ESI, EDI: EIP and EFLAGS that the first's TSS has
%macro report 0
        movzx eax, word [TSS_2]
        mov bl, [GDT + TASK + 5]
        mov bh, [GDT + SECOND + 5]
        str ecx
        mov edx, cr0
        and edx, 8
        mov esi, [TSS + 32]
        sub esi, [entry]
        mov edi, [TSS + 36]
        done
%endmacro

; ---------------------------------------------------------------------------------------------

case "jmp to a TSS"
        second .task
        jmp SECOND:0
.next:  done
.task:  report
case "call of a TSS"
        second .task
        call SECOND:0
.next:  done
.task:  report
case "jmp there and back"
        second .task
        jmp SECOND:0
.next:  report
.task:  jmp TASK:0
case "call, and iretd back"
        second .task
        mov ebp, 0x77
        call SECOND:0
.next:  report
.task:  mov ebp, 0x66
        iretd
case "iretd saves where the task goes on"
        second .task
        call SECOND:0
        call SECOND:0
        report
.task:  mov eax, 1
.again: iretd
        mov ebp, [TSS_2 + 32]
        sub ebp, .again + 1
        iretd
case "iretd of a called task clears NT in its TSS"
        second .task
        call SECOND:0
        mov eax, [TSS_2 + 36]
        done
.task:  iretd
case "jmp from a called task to its caller: busy"
        second .task
        call SECOND:0
.next:  report
.task:  jmp TASK:0
case "all registers go into the TSS and come from it"
        second .task
        mov dword [TSS_2 + 40], 0xA0
        mov dword [TSS_2 + 44], 0xC0
        mov dword [TSS_2 + 48], 0xD0
        mov dword [TSS_2 + 52], 0xB0
        mov dword [TSS_2 + 60], 0xE5
        mov dword [TSS_2 + 64], 0xE6
        mov dword [TSS_2 + 68], 0xE7
        mov dword [TSS_2 + 72], DATA3
        mov dword [TSS_2 + 84], DATA1
        mov dword [TSS_2 + 88], 0
        mov dword [TSS_2 + 92], CODE0
        mov dword [TSS_2 + 36], 0x8D7
        jmp SECOND:0
.task:  done
case "what the TSS of the first has"
        second .task
        mov eax, 0xA0
        mov ecx, 0xC0
        mov edx, 0xD0
        mov ebx, 0xB0
        mov ebp, 0xE5
        mov esi, 0xE6
        mov edi, 0xE7
        push byte 0
        jmp SECOND:0
.task:  mov eax, [TSS + 40]
        mov ecx, [TSS + 44]
        mov edx, [TSS + 48]
        mov ebx, [TSS + 52]
        mov ebp, [TSS + 60]
        mov esi, [TSS + 64]
        mov edi, [TSS + 68]
        mov esp, [TSS + 56]
        done
case "the segments that the TSS of the first has"
        second .task
        mov ax, DATA1
        mov es, ax
        mov ax, 0
        mov fs, ax
        jmp SECOND:0
.task:  mov ax, [TSS + 72]
        mov bx, [TSS + 76]
        mov cx, [TSS + 80]
        mov dx, [TSS + 84]
        mov si, [TSS + 88]
        mov di, [TSS + 92]
        done
case "what is not saved: ESP0, SS0, LDT, CR3, link"
        second .task
        mov dword [TSS], 0x1111
        mov dword [TSS + 96], 0x2222
        mov dword [TSS + 28], 0x3333
        jmp SECOND:0
.task:  mov eax, [TSS]
        mov ebx, [TSS + 96]
        mov ecx, [TSS + 28]
        mov edx, [TSS + 4]
        mov esi, [TSS + 8]
        done

; Through a task gate
case "jmp through a task gate"
        second .task
        gate GDT + GATE, SECOND, 0, TASKGATE
        jmp GATE:0
.next:  done
.task:  report
case "call through a task gate in the LDT, of DPL 3 at ring 3"
        second .task
        gate LDT + 8, SECOND, 0, TASKGATE + DPL3
        ring 3
        call 0x0F:0
.next:  done
.task:  report
case "call of a TSS of DPL 0 at ring 3"
        second .task
        ring 3
        call SECOND:0
.task:  done
case "call of a TSS of DPL 3 at ring 3"
        second .task
        or byte [GDT + SECOND + 5], DPL3
        ring 3
        call SECOND:0
.task:  report
case "call through a task gate of DPL 0 at ring 3"
        second .task
        gate GDT + GATE, SECOND, 0, TASKGATE
        ring 3
        call GATE:0
.task:  done
case "task gate, not present"
        second .task
        gate GDT + GATE, SECOND, 0, TASKGATE
        absent GDT + GATE
        call GATE:0
.task:  done
case "task gate to null"
        gate GDT + GATE, 0, 0, TASKGATE
        call GATE:0
.task:  done
case "task gate to the LDT"
        gate GDT + GATE, 0x0C, 0, TASKGATE
        call GATE:0
.task:  done
case "task gate to data"
        gate GDT + GATE, DATA0, 0, TASKGATE
        call GATE:0
.task:  done
case "task gate to a busy TSS"
        gate GDT + GATE, TASK, 0, TASKGATE
        call GATE:0
.task:  done
case "jmp to a busy TSS"
        jmp TASK:0
case "jmp to a TSS, not present"
        second .task
        absent GDT + SECOND
        jmp SECOND:0
.task:  done
case "jmp to a TSS in the LDT"
        descriptor LDT + 8, TSS_2, 103, TSS386
        jmp 0x0C:0
case "jmp to a TSS that is too short"
        second .task
        mov byte [GDT + SECOND], 102
        jmp SECOND:0
.task:  done

; Interrupts. Left out are task gates to what is no free TSS: the manuals give INT #TS or #GP
case "int through a task gate"
        second .task
        gate THIS, SECOND, 0, TASKGATE
        int USED
.next:  done
.task:  report
case "int through a task gate, and back"
        second .task
        gate THIS, SECOND, 0, TASKGATE
        push dword 0x202
        popfd
        int USED
.next:  report
.task:  iretd
case "int through a task gate of DPL 0 at ring 3"
        second .task
        gate THIS, SECOND, 0, TASKGATE
        ring 3
        int USED
.task:  done
case "int through a task gate from ring 3"
        second .task
        gate THIS, SECOND, 0, TASKGATE + DPL3
        ring 3
        int USED
.next:  done
.task:  report
case "exception through a task gate: the error code"
        second .task
        gate interrupt(13), SECOND, 0, TASKGATE
        mov ax, TASK
        mov ds, ax
.task:  mov ebp, esp
        pop eax
        mov esi, [TSS + 32]
        sub esi, [entry]
        mov edi, [TSS + 36]
        done
case "exception through a task gate, and on"
        second .task
        gate interrupt(0), SECOND, 0, TASKGATE
        xor ecx, ecx
        div cl
        report
.task:  mov byte [TSS + 44], 1          ; the divisor
        iretd

; IRET with NT
case "iretd with NT: the back link is null"
        push dword 0x4002
        popfd
        iretd
case "iretd with NT: the back link is not busy"
        second .task
        mov word [TSS], SECOND
        push dword 0x4002
        popfd
        iretd
.task:  done
case "iretd with NT: the back link is data"
        mov word [TSS], DATA0
        push dword 0x4002
        popfd
        iretd
case "iretd with NT: the back link is not present"
        second .task
        or byte [GDT + SECOND + 5], BUSY
        absent GDT + SECOND
        mov word [TSS], SECOND
        push dword 0x4002
        popfd
        iretd
.task:  done
case "iretd with NT at ring 3"
        second .task
        or byte [GDT + SECOND + 5], BUSY
        mov word [TSS], SECOND
        ring 3, 0x4002
        iretd
.task:  report

; TS, T, LDT, CR3
case "TS: the coprocessor is not available"
        second .task
        jmp SECOND:0
.task:  fnop
        done
case "TS: clts"
        second .task
        jmp SECOND:0
.task:  clts
        mov eax, cr0
        and eax, 8
        done
case "TS and MP: wait"
        second .task
        mov eax, cr0
        or al, 2
        mov cr0, eax
        xor eax, eax
        jmp SECOND:0
.task:  wait
        done
case "T: a debug exception before the first instruction"
        second .task
        mov word [TSS_2 + 100], 1
        jmp SECOND:0
.task:  done
case "TF of the new task: after its first instruction"
        second .task
        mov dword [TSS_2 + 36], 0x102
        jmp SECOND:0
.task:  nop
        nop
        done
case "the LDT of the new task"
        second .task
        descriptor GDT + NEW, LDT + 8, 15, LDT_TYPE
        descriptor LDT + 16, DATA, 0xFFF, WRITE
        mov word [TSS_2 + 96], NEW
        mov dword [TSS_2 + 84], 0x0C
        mov dword [DATA + 4], 0x12345678
        jmp SECOND:0
.task:  mov eax, [4]
        sldt bx
        done
case "CR3 of the new task"
        second .task
        mov dword [TSS_2 + 28], PAGES + 0x2000
        call paging_on
        mov edi, PAGES + 0x2000
        mov ecx, 0x2000 / 4
        mov esi, PAGES
        rep movsd
        mov dword [PAGES + 0x2000], PAGES + 0x3000 + 7
        mov dword [PAGES + 0x3000 + 4 * (DATA >> 12)], DATA + 0x1000 + 7
        mov dword [DATA], 0x1111
        mov dword [DATA + 0x1000], 0x2222
        mov eax, [DATA]
        mov [DATA + 4], eax
        jmp SECOND:0
.task:  mov eax, [DATA]
        mov ebx, cr3
        done

; ---------------------------------------------------------------------------------------------
; What is wrong with the new task: the fault is the new task's. A task handles it

%macro wrong 2-5
case %1
        second .task
        call fault_tasks
        %2
        %3
        %4
        %5
        jmp SECOND:0
.task:  done
%endmacro

fault_tasks:
        pushad
        mov edx, 10
        mov ebx, FAULT_TSS
        mov esi, GDT + FAULTS
        mov ebp, interrupt(10)
.one:   mov edi, ebx
        mov ecx, 104 / 4
        call clear
        mov edi, ebx
        call task
        mov dword [ebx + 32], fault_task
        mov dword [ebx + 56], DFSTACK
        mov [ebx + 40], edx
        mov word [esi], 103
        mov [esi + 2], bx
        mov word [esi + 4], (TSS386 + PRESENT) << 8 | FAULT_TSS >> 16
        mov eax, esi
        sub eax, GDT
        mov [ebp + 2], ax
        mov word [ebp + 4], (TASKGATE + PRESENT) << 8
        add ebx, 0x100
        add esi, 8
        add ebp, 8
        inc edx
        cmp edx, 14
        jne .one
        popad
        ret

data_of_ring3:
        mov eax, DATA3
        mov [TSS_2 + 72], eax
        mov [TSS_2 + 80], eax
        mov [TSS_2 + 84], eax
        mov [TSS_2 + 88], eax
        mov [TSS_2 + 92], eax
        ret

wrong "new task: LDT is no LDT", {mov word [TSS_2 + 96], DATA0}
wrong "new task: LDT beyond the GDT", {mov word [TSS_2 + 96], GDT_LIMIT + 1}
wrong "new task: LDT in the LDT", {mov word [TSS_2 + 96], 0x0C}
wrong "new task: LDT not present", {mov word [TSS_2 + 96], LOCAL}, {absent GDT + LOCAL}
wrong "new task: CS null", {mov word [TSS_2 + 76], 0}
wrong "new task: CS beyond the GDT", {mov word [TSS_2 + 76], GDT_LIMIT + 1}
wrong "new task: CS data", {mov word [TSS_2 + 76], DATA0}
wrong "new task: CS not present", {mov word [TSS_2 + 76], NEW}, {descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT}, {absent GDT + NEW}
wrong "new task: CS with RPL 3 of DPL 0", {call data_of_ring3}, {mov word [TSS_2 + 76], CODE0 + 3}
wrong "new task: EIP beyond the limit", {mov word [TSS_2 + 76], NEW}, {descriptor GDT + NEW, 0, 0x7FFF, EXECUTE, BIG}
wrong "new task: SS null", {mov word [TSS_2 + 80], 0}
wrong "new task: SS beyond the GDT", {mov word [TSS_2 + 80], GDT_LIMIT + 1}
wrong "new task: SS code", {mov word [TSS_2 + 80], CODE0}
wrong "new task: SS read-only", {mov word [TSS_2 + 80], NEW}, {descriptor GDT + NEW, 0, 0xFFFFF, READ, FLAT}
wrong "new task: SS of DPL 3", {mov word [TSS_2 + 80], DATA3}
wrong "new task: SS not present", {mov word [TSS_2 + 80], NEW}, {descriptor GDT + NEW, 0, 0xFFFFF, WRITE, FLAT}, {absent GDT + NEW}
wrong "new task: DS system", {mov word [TSS_2 + 84], TASK}
wrong "new task: DS execute-only code", {mov word [TSS_2 + 84], NEW}, {descriptor GDT + NEW, 0, 0xFFFFF, EXECUTE, FLAT}
wrong "new task: DS beyond the GDT", {mov word [TSS_2 + 84], GDT_LIMIT + 1}
wrong "new task: ES not present", {mov word [TSS_2 + 72], NEW}, {descriptor GDT + NEW, 0, 0xFFFFF, WRITE, FLAT}, {absent GDT + NEW}
wrong "new task: GS with RPL 3 of DPL 0", {mov word [TSS_2 + 92], DATA0 + 3}
wrong "new task of ring 3: FS of DPL 0", {call data_of_ring3}, {mov word [TSS_2 + 76], CODE3}, {mov word [TSS_2 + 88], DATA0}

case "a new task of ring 3"
        second .task
        call data_of_ring3
        mov word [TSS_2 + 76], CODE3
        mov word [TSS_2 + 92], 0
        mov dword [TSS_2 + 4], INNER0
        mov dword [TSS_2 + 8], DATA0
        jmp SECOND:0
.task:  done
case "a task gate for #TS, and back again"
        second .task
        mov word [TSS_2 + 84], TASK
        mov edi, TSS_3
        call task
        mov dword [TSS_3 + 32], .mend
        mov dword [TSS_3 + 56], DFSTACK
        descriptor GDT + NEW, TSS_3, 103, TSS386
        gate interrupt(10), NEW, 0, TASKGATE
        xor edi, edi
        jmp SECOND:0
.task:  report
.mend:  pop eax
        mov word [TSS_2 + 84], DATA0
        iretd

; ---------------------------------------------------------------------------------------------
; Tasks of a 286

; The task at TSS_3, which begins at %1
%macro old 1
        mov word [TSS_3 + 14], %1
        mov word [TSS_3 + 16], 0x0002
        mov word [TSS_3 + 18], 0x1234
        mov word [TSS_3 + 26], STACK2
        mov word [TSS_3 + 34], DATA0
        mov word [TSS_3 + 36], CODE0
        mov word [TSS_3 + 38], DATA0
        mov word [TSS_3 + 40], DATA0
        descriptor GDT + OLD, TSS_3, 43, TSS286
%endmacro

case "jmp to a 286 TSS: AX, SP; FS and GS are null"
        old .task
        jmp OLD:0
.task:  movzx eax, ax
        movzx ebx, sp
        xor ecx, ecx
        xor edx, edx
        xor esi, esi
        xor edi, edi
        xor ebp, ebp
        mov esp, ebx
        mov bl, [GDT + OLD + 5]
        done
case "jmp to a 286 TSS: the upper words"
        old .task
        jmp OLD:0
.task:  movzx esp, sp
        done
case "call of a 286 TSS, and iret back"
        old .task
        mov ecx, 0x12345678
        call OLD:0
        mov ax, [TSS_3]
        mov bl, [GDT + OLD + 5]
        mov bh, [GDT + TASK + 5]
        mov edx, [TSS_3 + 14]
        sub dx, .after
        movzx edx, dx
        mov si, [TSS_3 + 18]
        done
.task:  mov ax, 0x4321
        o16 iret
.after:
case "jmp to a 286 TSS that is too short"
        old .task
        mov byte [GDT + OLD], 42
        jmp OLD:0
.task:  done
case "what a 286 TSS gets of the 386's registers"
        old .task
        descriptor GDT + NEW, TSS_2, 43, TSS286
        mov ax, NEW
        ltr ax
        mov eax, 0x12345678
        mov ebx, 0xABCD0002
        push dword 0x8D7
        popfd
        jmp OLD:0
.task:  xor ebx, ebx
        xor ecx, ecx
        xor edx, edx
        xor esi, esi
        xor edi, edi
        xor ebp, ebp
        movzx esp, sp
        mov eax, [TSS_2 + 18]
        mov bx, [TSS_2 + 24]
        mov cx, [TSS_2 + 16]
        mov dx, [TSS_2 + 26]
        mov si, [TSS_2 + 38]
        mov edi, [TSS_2 + 44]
        movzx eax, ax
        done
case "a 286 TSS has its inner stacks elsewhere"
        descriptor GDT + NEW, TSS_3, 43, TSS286
        mov word [TSS_3 + 2], INNER2
        mov word [TSS_3 + 4], DATA0
        mov ax, NEW
        ltr ax
        xor eax, eax
        ring 3
        done

; ---------------------------------------------------------------------------------------------
; I/O. %1 name, %2 IOPL, %3 port, %4 the bitmap's byte for ports 80 to 87, then what is done

%macro io 5
case %1
        mov byte [TSS + 104 + 0x10], %4
        ring 3, (%2) << 12 | 2
        mov dx, %3
        %5
        xor eax, eax
        done
%endmacro

io "io: out, allowed", 0, 0x80, 0xFE, {out dx, al}
io "io: out, not allowed", 0, 0x80, 0x01, {out dx, al}
io "io: out of a constant port, not allowed", 0, 0x80, 0x10, {out 0x84, al}
io "io: in, not allowed", 0, 0x87, 0x80, {in al, dx}
io "io: word, the second not allowed", 0, 0x80, 0x02, {out dx, ax}
io "io: word, allowed", 0, 0x80, 0xFC, {out dx, ax}
io "io: dword, the last not allowed", 0, 0x80, 0x08, {out dx, eax}
io "io: dword, allowed", 0, 0x80, 0xF0, {out dx, eax}
io "io: word over a byte's end", 0, 0x87, 0x00, {out dx, ax}
io "io: word from before", 0, 0x7F, 0x01, {out dx, ax}
io "io: IOPL 2 does not suffice", 2, 0x80, 0xFF, {out dx, al}
io "io: IOPL 3 does not ask", 3, 0x80, 0xFF, {out dx, al}
io "io: outsb, not allowed", 0, 0x80, 0xFF, {outsb}
io "io: insb, not allowed", 0, 0x80, 0xFF, {insb}
io "io: the last port", 0, 0xFFFF, 0xFF, {out dx, al}
io "io: a word at the last port", 0, 0xFFFF, 0xFF, {out dx, ax}

case "io: the map ends with the TSS"
        descriptor GDT + NEW, TSS, 104 + 0x10, TSS386
        mov ax, NEW
        ltr ax
        xor eax, eax
        ring 3
        out 0x78, al
        out 0x80, al
        done
case "io: the map lies behind the TSS"
        mov word [TSS + 102], 0x3000
        ring 3
        out 0x80, al
        done
case "io: the map's place"
        mov word [TSS + 102], 0x200
        mov byte [TSS + 104 + 0x10], 0xFF
        ring 3
        out 0x80, al
        done
case "io: a 286 TSS has no map"
        descriptor GDT + NEW, TSS_3, 0xFF, TSS286
        mov word [TSS_3 + 2], INNER2
        mov word [TSS_3 + 4], DATA0
        mov ax, NEW
        ltr ax
        xor eax, eax
        ring 3
        out 0x80, al
        done
case "io: ring 0 does not ask"
        mov byte [TSS + 104 + 0x10], 0xFF
        out 0x80, al
        done
case "io: ring 1, IOPL 1"
        mov byte [TSS + 104 + 0x10], 0xFF
        ring 1, 0x1002
        out 0x80, al
        done
last_case
