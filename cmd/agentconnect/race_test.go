//go:build race

package main

import "time"

// raceTime is what the race detector may add to the time that something takes,
// on a machine that runs other tests meanwhile.
const raceTime = 20 * time.Second
