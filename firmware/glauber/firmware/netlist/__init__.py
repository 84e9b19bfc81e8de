"""Changes to a netlist on its way through the tools."""
