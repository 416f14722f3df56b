; The monitor of programs in real mode, and of virtual-8086 tasks under the host's: see protected.asm.

bits 16
org MONITOR

        jmp near restart
        times SPACING - ($ - $$) nop
%assign n 0
%rep 256
        %if n == RETURNING
        iret
        times SPACING - 1 nop
        %else
        push strict word n
        jmp near trap
        times SPACING - 6 nop
        %endif
%assign n n + 1
%endrep

; Vector, IP, CS, FLAGS lie on the stack
trap:   push ds
        push eax
        xor ax, ax
        mov ds, ax
        pop dword [OLD_EAX]
        pop word [OLD_DS]
        pop word [VECTOR]
        pop ax
        mov [OLD_EIP], ax
        inc word [COUNTED]
        test byte [COUNTED], 7
        jz log
        cmp ax, CODE_SIZE
        jae log
        push SKIPS >> 4
        pop ds
        movzx eax, ax
        mov ax, [eax * 2]
        test ax, ax
        jz log
        push ax
        xor ax, ax
        mov ds, ax
        mov eax, [OLD_EAX]
        mov ds, [OLD_DS]
        iret

log:    cld
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov di, [LOG_NEXT]
        mov ax, [VECTOR]
        stosw
        mov ax, [OLD_EIP]
        stosw
        pop ax                          ; CS
        stosw
        inc di
        inc di
        and di, 0xFFF
        or di, LOG
        mov [LOG_NEXT], di
restart:
        xor ax, ax
        mov ds, ax
        mov si, [NEXT]
        lea ax, [si + ENTRY]
        cmp ax, [ENTRIES_END]
        jb .inside
        mov ax, ENTRIES
.inside:
        mov [NEXT], ax
        lss esp, [si]
        push word [cs:si + 20]
        push word [cs:si + 16]
        push word [cs:si + 12]
        mov ds, [cs:si + 48]
        mov es, [cs:si + 52]
        mov fs, [cs:si + 56]
        mov gs, [cs:si + 60]
        mov eax, [cs:si + 64]
        mov ecx, [cs:si + 68]
        mov edx, [cs:si + 72]
        mov ebx, [cs:si + 76]
        mov ebp, [cs:si + 80]
        mov edi, [cs:si + 88]
        mov esi, [cs:si + 84]
        iret
