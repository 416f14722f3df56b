"""DOS 3.3 as host code: the services of INT 20h to 2Fh over folders of the host."""
