; The monitor of generated programs. What a program meets is mostly skipped, as if it had not been
; there; each eighth time it is logged, and the program goes on at the next of its entries, every
; other time with the tables of the processor as they were at first.

bits 32
org MONITOR

        jmp near restart
        times SPACING - ($ - $$) nop
; A handler for each vector, SPACING apart
%assign n 0
%rep VECTORS
        %if n != 8 && (n < 10 || n > 14)
        push byte -1                    ; it has no error code
        %endif
        push byte n
        jmp near trap
        times SPACING * (n + 2) - ($ - $$) nop
%assign n n + 1
%endrep

; Some that return, each SPACING from the one before
returns:
        call count
        iretd
        times SPACING - ($ - returns) nop
returns_286:
        call count
        o16 iret
        times SPACING - ($ - returns_286) nop
        jmp near double_fault
        times SPACING - 5 nop

; The task of a double fault: the interrupted one begins anew
double_fault:
        pop eax
        call tables
        or byte [GDT + MAIN + 5], 2     ; busy
        mov word [DOUBLE_TSS], MAIN
        iretd
        jmp double_fault

count:  push ds
        push eax
        mov eax, FLAT
        mov ds, eax
        inc dword [COUNTED]
        pop eax
        pop ds
        ret

; Vector, error code, EIP, CS lie on the stack, of which SP or ESP may be the pointer
trap:   push ds
        push eax
        mov eax, FLAT
        mov ds, eax
        pop dword [OLD_EAX]
        pop dword [OLD_DS]
        pop dword [VECTOR]
        pop dword [ERROR_CODE]
        pop eax
        mov [OLD_EIP], eax
        inc dword [COUNTED]
        test byte [COUNTED], 7
        jz log
        cmp eax, CODE_SIZE
        jae log
        movzx eax, word [SKIPS + eax * 2]
        test eax, eax
        jz log
        push eax
        mov eax, [OLD_EAX]
        mov ds, [OLD_DS]
        iretd

log:    cld
        mov eax, FLAT
        mov es, eax
        mov edi, [LOG_NEXT]
        mov esi, VECTOR
        movsd
        movsd
        movsd
        pop eax                         ; CS
        stosd
        and edi, 0xFFF
        or edi, LOG
        mov [LOG_NEXT], edi
        test byte [COUNTED], 8
        jnz next

restart:
        mov eax, FLAT
        mov ds, eax
        mov ss, eax
        mov esp, KERNEL_STACK
        call tables
        mov eax, LOCAL
        lldt ax
        mov eax, MAIN
        ltr ax
        xor eax, eax
        mov dr7, eax
next:   mov eax, FLAT
        mov ss, eax
        mov esp, KERNEL_STACK
        mov esi, [NEXT]
        lea eax, [esi + ENTRY]
        cmp eax, [ENTRIES_END]
        jb .inside
        mov eax, ENTRIES
.inside:
        mov [NEXT], eax
        mov ecx, [esi + 8]
        lss esp, [esi]
.frame: push dword [cs:esi + 8 + ecx * 4]
        loop .frame
        mov ds, [cs:esi + 48]
        mov es, [cs:esi + 52]
        mov fs, [cs:esi + 56]
        mov gs, [cs:esi + 60]
        mov eax, [cs:esi + 64]
        mov ecx, [cs:esi + 68]
        mov edx, [cs:esi + 72]
        mov ebx, [cs:esi + 76]
        mov ebp, [cs:esi + 80]
        mov edi, [cs:esi + 88]
        mov esi, [cs:esi + 84]
        iretd

; The tables as they were
tables: cld
        mov eax, FLAT
        mov es, eax
        mov esi, TABLES_COPY
        mov edi, TABLES
        mov ecx, TABLES_SIZE / 4
        rep movsd
        mov esi, PAGES_COPY
        mov edi, PAGES
        mov ecx, PAGES_SIZE / 4
        rep movsd
        mov eax, [FIRST_CR3]
        mov cr3, eax
        mov eax, [FIRST_CR0]
        mov cr0, eax
        lgdt [TO_GDT]
        lidt [TO_IDT]
        ret
