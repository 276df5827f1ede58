# quartus_sh: a project is opened, filled, compiled and closed. Its SDC is looked at by a call of its own.

set open 0
set compiled 0
set known {
    FAMILY DEVICE TOP_LEVEL_ENTITY VERILOG_INPUT_VERSION PROJECT_OUTPUT_DIRECTORY VERILOG_FILE SDC_FILE
}
array set assigned {}

rename package tcl_package
proc package {verb name} {
    if {$verb ne "require" || $name ni {::quartus::project ::quartus::flow}} { error "package $verb $name" }
}

proc in_project {what} {
    if {!$::open || $::compiled} { error "$what: no project is open, or it is compiled already" }
}

command project_new {-overwrite} {} 1 1 {
    if {$::open} { error "a project is open already" }
    set ::open 1
}
command set_global_assignment {} {-name} 1 1 {
    in_project set_global_assignment
    set name [dict get $given -name]
    if {$name ni $::known} { error "there is no assignment $name" }
    if {[string match *_FILE $name]} { existing [lindex $words 0] }
    lappend ::assigned($name) [lindex $words 0]
}
command set_instance_assignment {} {-name -to} 1 1 {
    in_project set_instance_assignment
    if {[dict get $given -name] ne "VIRTUAL_PIN"} { error "there is no assignment [dict get $given -name]" }
    matching $::design(port) [dict get $given -to] port
}
command export_assignments {} {} 0 0 { in_project export_assignments }
command execute_flow {-compile} {} 0 0 {
    in_project execute_flow
    foreach name {FAMILY DEVICE TOP_LEVEL_ENTITY VERILOG_FILE SDC_FILE} {
        if {![info exists ::assigned($name)]} { error "compiled without $name" }
    }
    set ::compiled 1
}
command project_close {} {} 0 0 { set ::open 0 }

proc finish {} {
    if {!$::compiled || $::open} { error "the project is not compiled, or not closed" }
}
