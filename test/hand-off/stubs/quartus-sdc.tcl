# SDC as Quartus' timing analyzer reads it: a `|` between instances.

source [file join $stubs constraints.tcl]
command get_registers {} {} 1 1 {
    return [matching [string map {/ |} $::design(register)] [lindex $words 0] register]
}
command derive_clock_uncertainty {} {} 0 0 {}
foreach name {set_max_delay set_min_delay} {
    command $name {} {-from -to} 1 1 {
        number [lindex $words 0]
        ends $given
    }
}
foreach name {set_net_delay set_max_skew} {
    command $name {-max} {-from -to} 1 1 {
        number [lindex $words 0]
        ends $given
    }
}
