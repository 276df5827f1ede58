# Vivado's non-project flow: sources, synthesis, place and route, reports, in this order.

source [file join $stubs xdc.tcl]

set steps {read_verilog read_xdc synth_design opt_design place_design phys_opt_design route_design}
set stage read_verilog
set constraints {}

# Steps come once and in their order; the first two may be repeated.
proc step {name} {
    set at [lsearch $::steps $name]
    set now [lsearch $::steps $::stage]
    if {$at < $now || $at > $now + 1 || ($at == $now && $at > 1)} { error "$name comes behind $::stage" }
    set ::stage $name
}
proc after {name what} {
    if {[lsearch $::steps $::stage] < [lsearch $::steps $name]} { error "$what comes before $name" }
}

command read_verilog {-sv} {-library} 1 1 {
    step read_verilog
    existing [lindex $words 0]
}
command read_xdc {-unmanaged} {-mode} 1 1 {
    step read_xdc
    existing [lindex $words 0]
    lappend ::constraints [lindex $words 0]
}
command synth_design {} {-top -part -mode -flatten_hierarchy -directive} 0 0 {
    step synth_design
    foreach option {-top -part} {
        if {![dict exists $given $option]} { error "synth_design without $option" }
    }
    foreach file $::constraints { uplevel #0 [list source $file] }
}
foreach name {opt_design place_design phys_opt_design route_design} {
    command $name {} {-directive} 0 0 [list step $name]
}
command write_checkpoint {-force} {} 1 1 { after synth_design write_checkpoint }
command report_utilization {-hierarchical} {-file} 0 0 { after synth_design report_utilization }
command report_timing_summary {} {-file -delay_type -max_paths} 0 0 { after route_design report_timing_summary }
command report_cdc {-details} {-file} 0 0 { after route_design report_cdc }
command report_bus_skew {} {-file} 0 0 { after route_design report_bus_skew }
command report_methodology {} {-file} 0 0 { after route_design report_methodology }

proc finish {} {
    after route_design "the end"
    if {$::design(clock) eq ""} { error "no clock was created" }
}
