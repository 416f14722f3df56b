; The monitor of generated programs: whatever a program meets is logged, and then it goes on at the
; next of its entries; each fourth time with the tables of the processor as they were at first.

bits 32
org MONITOR

        jmp near restart
        times SPACING - ($ - $$) nop
; A handler for each vector, SPACING apart
%assign n 0
%rep VECTORS
        %if n == 13
        jmp near protection
        %elif n == 8 || (n >= 10 && n <= 14)
        push byte n
        jmp near trap
        %else
        push byte -1                    ; no error code
        push byte n
        jmp near trap
        %endif
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

; #GP of a virtual-8086 task: mostly the instruction is skipped
protection:
        test byte [esp + 14], 2         ; VM
        jz .other
        pushad
        mov eax, FLAT
        mov ds, eax
        inc dword [COUNTED]
        test byte [COUNTED], 7
        jz .enough
        movzx eax, word [esp + 36]
        movzx ecx, word [esp + 40]
        shl ecx, 4
        mov al, [ecx + eax]
        mov edx, 1
        cmp al, 0xCD                    ; INT n
        je .two
        sub al, 0xE4                    ; IN and OUT
        cmp al, 4
        jae .one
.two:   inc edx
.one:   add [esp + 36], dx
        popad
        add esp, 4
        iretd
.enough:
        popad
.other: push byte 13

; Vector, error code, EIP, CS lie on the stack
trap:   cld
        mov eax, FLAT
        mov ds, eax
        mov es, eax
        mov edi, [LOG_NEXT]
        %rep 4
        pop eax
        stosd
        %endrep
        and edi, 0xFFF
        or edi, LOG
        mov [LOG_NEXT], edi
        inc dword [COUNTED]
        test byte [COUNTED], 3
        jz restart
        mov eax, FLAT
        mov ss, eax
        mov esp, KERNEL_STACK
        jmp next
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
next:   mov esi, [NEXT]
        lea eax, [esi + ENTRY]
        cmp eax, [ENTRIES_END]
        jb .inside
        mov eax, ENTRIES
.inside:
        mov [NEXT], eax
        mov ecx, [esi + 8]
        lss esp, [esi]
        lea ecx, [ecx + ecx * 4]        ; each of these is five bytes
        neg ecx
        lea ecx, [.pushed + ecx]
        jmp ecx
        %assign n 9
        %rep 9
        push dword [cs:esi + 8 + n * 4]
        %assign n n - 1
        %endrep
.pushed:
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
