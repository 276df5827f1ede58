# XDC, Vivado's constraints.

source [file join $stubs constraints.tcl]
command get_cells {-hier} {-filter} 0 1 {
    if {![dict exists $given -filter]} { return [matching $::design(register) [lindex $words 0] cell] }
    if {![regexp {^NAME =~ (\S+)$} [dict get $given -filter] all pattern]} { error "a filter that is not known" }
    return [matching $::design(register) $pattern cell]
}
command set_max_delay {-datapath_only} {-from -to} 1 1 {
    number [lindex $words 0]
    ends $given
    if {[dict exists $given -datapath_only] && ![dict exists $given -from]} {
        error "-datapath_only needs -from"
    }
}
command set_bus_skew {} {-from -to} 1 1 {
    number [lindex $words 0]
    ends $given
}
