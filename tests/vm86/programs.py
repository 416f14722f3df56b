"""Small programs, in nasm's language, that several tests run."""

# A 32-bit counter in hexadecimal at the top left, written into the video memory.
COUNTS = """
        mov ax, 0xB800
        mov es, ax
next:   inc dword [count]
        mov eax, [count]
        mov di, 14
        mov cx, 8
digit:  mov dl, al
        and dl, 15
        add dl, '0'
        cmp dl, '9'
        jbe ready
        add dl, 7
ready:  mov dh, 0x2F
        mov [es:di], dx
        shr eax, 4
        sub di, 2
        loop digit
        jmp next
count   dd 0
"""
# Shows AL in hexadecimal: `ready` has to follow, which shows the character in AL.
PRINT = """\
print:  mov cl, al
        shr al, 4
        call digit
        mov al, cl
        and al, 15
digit:  add al, '0'
        cmp al, '9'
        jbe ready
        add al, 7
"""
# "Colour" in yellow on blue at row 2, column 4, without DOS and BIOS; then keys, with INT 16h, each
# printed with INT 10h as its character and its scan code. Esc ends it, with exit code 5.
COLOURS = """
        mov ax, 0xB800
        mov es, ax
        mov di, 2*160 + 2*4
        mov si, text
        mov ah, 0x1E
next:   lodsb
        or al, al
        jz keys
        stosw
        jmp next
text    db "Colour", 0
keys:   mov ah, 0
        int 0x16
        cmp ax, 0x011B
        je end
        push ax
        call print
        pop ax
        mov al, ah
        call print
        jmp keys
end:    mov ax, 0x4C05
        int 0x21
""" + PRINT + """
ready:  mov ah, 0x0E
        int 0x10
        ret
"""  # fmt: skip
# Mode 13h: the left half red, the right half green, until a key is pressed; then mode 1, of 40
# columns, until the next.
PICTURE = """
        mov ax, 0x13
        int 0x10
        mov ax, 0xA000
        mov es, ax
        xor di, di
line:   mov al, 4
        mov cx, 160
        rep stosb
        mov al, 2
        mov cx, 160
        rep stosb
        cmp di, 64000
        jb line
        mov ah, 0
        int 0x16
        mov ax, 1
        int 0x10
        mov ah, 9
        mov dx, text
        int 0x21
        mov ah, 0
        int 0x16
        mov ax, 0x4C00
        int 0x21
text    db "forty$"
"""
# Prints a line, and executes what no processor has.
FAILS = """
        mov dx, text
        mov ah, 9
        int 0x21
        mov cx, 2000
        loop $
        ud2
text    db "about to fail", 13, 10, "$"
"""
# Waits with HLT for ticks of the timer, and counts them in the video memory's first cell.
SLEEPS = """
        mov ax, 0xB800
        mov es, ax
        mov word [es:0], 0x0700
        push es
        mov ax, 0x251C
        mov dx, tick
        int 0x21
sleep:  hlt
        jmp sleep
tick:   push es
        push ax
        mov ax, 0xB800
        mov es, ax
        inc byte [es:0]
        pop ax
        pop es
        iret
"""
# Waits for a key for ever.
WAITS = """
        mov ah, 0
        int 0x16
        jmp $
"""
# Fills all memory but that of DOS and its own, from 500h to 1FFFFh, with a byte, again and again,
# after it has written that to all ports from 60h to 3DFh.
SPOILS = """
        cli
        mov al, 0xFF            ; nor does any interrupt wait
        out 0x21, al
        mov al, FILL
        mov dx, 0x60
ports:  out dx, al
        inc dx
        cmp dx, 0x3E0
        jne ports
again:  xor di, di
        mov es, di
        mov eax, FILL * 0x01010101
        mov cx, 0x500 / 4
        rep stosd
        mov bx, 0x2000
block:  mov es, bx
        xor di, di
        mov cx, 0x1000 / 4
        rep stosd
        add bx, 0x100
        jnz block
        jmp again
"""
