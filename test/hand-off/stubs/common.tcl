# Stands in for the commands of a vendor's tool: records each call, and refuses what the tool would refuse.
#   tclsh common.tcl TOOL NAMES SCRIPT [ARGUMENT ...]
# TOOL: the file TOOL.tcl beside this one. NAMES: lines "port NAME" and "register PATH" of the real design.

set stubs [file dirname [file normalize [info script]]]

# A command with the options it takes: `flags` stand alone, `values` have a value behind them; `least` and `most` other
# words. `body` sees the dictionary `given` and the list `words`.
proc command {name flags values least most body} {
    proc ::$name args [string map [list %NAME $name %FLAGS $flags %VALUES $values \
        %LEAST $least %MOST $most %BODY $body] {
        set given {}
        set words {}
        for {set at 0} {$at < [llength $args]} {incr at} {
            set word [lindex $args $at]
            if {$word in {%FLAGS}} {
                dict set given $word 1
            } elseif {$word in {%VALUES}} {
                if {[incr at] >= [llength $args]} { error "%NAME: $word has no value" }
                dict set given $word [lindex $args $at]
            } elseif {[string match -* $word] && ![string is double $word]} {
                error "%NAME has no option $word"
            } else {
                lappend words $word
            }
        }
        if {[llength $words] < %LEAST || [llength $words] > %MOST} {
            error "%NAME takes %LEAST to %MOST words, not [llength $words]: $words"
        }
        puts [list %NAME {*}$args]
        %BODY
    }]
}

proc existing {path} {
    if {![file isfile $path]} { error "there is no file $path" }
}

# ---- names of the design ----

array set design {port {} register {} clock {}}

proc read_names {path} {
    set file [open $path]
    while {[gets $file line] >= 0} {
        lassign $line kind name
        lappend ::design($kind) $name
    }
    close $file
}

# Those of `all` that match a pattern of the design's tool; none is an error.
proc matching {all pattern what} {
    set found [lsearch -all -inline -glob $all $pattern]
    if {$found eq ""} { error "no $what is called $pattern" }
    return $found
}

proc number {text} {
    if {![string is double -strict $text]} { error "\"$text\" is no number" }
}

# Both ends of a constraint name something
proc ends {given} {
    foreach end {-from -to} {
        if {[dict exists $given $end] && [dict get $given $end] eq ""} { error "$end is empty" }
    }
    if {![dict exists $given -from] && ![dict exists $given -to]} { error "a constraint from nowhere to nowhere" }
}

rename unknown {}
lassign $argv tool names script
source [file join $stubs $tool.tcl]
read_names $names
set argv [lrange $argv 3 end]
set argc [llength $argv]
set quartus(args) $argv
info script $script
source $script
finish
