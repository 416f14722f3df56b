; A floppy that runs the .COM program behind its first sector, at 1000:0100, with as much of DOS as the
; benchmarks ask for. When the program ends, a '!' goes to port E9h.
;       nasm -f bin -o boot bench/vm86boot.asm

cpu 386
bits 16
org 0x7C00
SEGMENT_ equ 0x1000
SECTORS  equ 4

        jmp short start
        nop
        times 0x3E - ($ - $$) db 0      ; where a floppy has its BIOS parameter block
start:  xor ax, ax
        mov ds, ax
        mov word [4 * 0x20], ended
        mov [4 * 0x20 + 2], ax
        mov word [4 * 0x21], dos
        mov [4 * 0x21 + 2], ax
        mov ax, SEGMENT_
        mov es, ax
        mov bx, 0x100
        mov ax, 0x0200 + SECTORS
        mov cx, 2                       ; cylinder 0, sector 2
        mov dh, 0
        int 0x13
        jc ended
        mov ax, SEGMENT_
        mov ds, ax
        mov ss, ax
        mov sp, 0xFFFE
        jmp SEGMENT_:0x100

dos:    cmp ah, 0x4C
        je ended
        iret
ended:  mov al, '!'
        out 0xE9, al
        cli
        hlt
        times 510 - ($ - $$) db 0
        dw 0xAA55
