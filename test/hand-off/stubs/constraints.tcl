# Commands that all dialects of SDC have.

command create_clock {} {-name -period} 1 1 {
    number [dict get $given -period]
    if {[dict get $given -period] <= 0} { error "a clock without a period" }
    lappend ::design(clock) [dict get $given -name]
}
command get_ports {} {} 1 1 { return [matching $::design(port) [lindex $words 0] port] }
command get_clocks {} {} 1 1 { return [matching $::design(clock) [lindex $words 0] clock] }
command set_false_path {-hold -setup} {-from -to} 0 0 { ends $given }

proc finish {} {
    if {$::design(clock) eq ""} { error "no clock was created" }
}
