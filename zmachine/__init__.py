"""The Z-machine: the interactive fiction of Infocom and its heirs."""
