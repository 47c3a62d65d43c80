//go:build !unix

package tools

import "os/exec"

func ownGroup(*exec.Cmd) {}

func endGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // it may be gone

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // it may be gone
