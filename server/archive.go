package server

import (
	"bufio"
	"errors"
	"hash"
	"time"
)

// An archive is a session in one file: lines of JSON. The first has what is
// stored beside the events and the texts of the scenario, then each line is an
// event, and the last says how many there were and what the lines add up to.
// It can be read by people and other programs; what may be secret is encrypted
// as in the store, for servers with the same key.
const (
	archiveKind    = "session"
	archiveVersion = 1
	maxArchiveHead = 96 << 20 // bytes of the first line
	maxArchiveLine = 16 << 20 // bytes of any other
	maxSources     = 64       // that one session was made from
	sumPrefix      = "sha256:"
)

// ErrArchive says that a file is not a session's archive, or is damaged.
var ErrArchive = errors.New("not a whole archive of a session")

// archiveHead is the first line.
type archiveHead struct {
	Kind    string                   `json:"agentconnect"`
	Version int                      `json:"version"`
	ID      string                   `json:"id"`
	Head    archivedHead             `json:"head"`
	Doc     *doc                     `json:"doc"`
	Sources map[string]archiveSource `json:"sources"`
}

// archivedHead is what a doc's head is in an archive.
type archivedHead struct {
	Owner       string    `json:"owner"`
	Template    string    `json:"template"`
	SessionType string    `json:"session_type"`
	Status      string    `json:"status"`
	Created     time.Time `json:"created"`
	Ended       time.Time `json:"ended,omitzero"`
	Direct      bool      `json:"direct,omitempty"`
}

// archiveSource are the texts of a scenario, or what they are encrypted as.
type archiveSource struct {
	Texts  *source `json:"texts,omitempty"`
	Sealed []byte  `json:"sealed,omitempty"`
}

// archiveTail is the last line.
type archiveTail struct {
	Events *uint64 `json:"events"`
	Sum    string  `json:"sum"` // of all lines before it
}

// Archive is a session that was read from its archive. What it is comes first;
// its events can be ranged over once.
type Archive struct {
	// ID, Owner and Template are those of the session.
	ID, Owner, Template string
	// SessionType is human_agent or agent_agent, Status as in answers.
	SessionType, Status string
	Created, Ended      time.Time // Ended is zero while it lives
	Outcome, Stop       string
	ForkedFrom          string
	Agents              []SessionDetailAgent
	Metadata            map[string]any

	doc     *doc
	sources map[string]archiveSource
	lines   *bufio.Reader
	sum     hash.Hash
	count   uint64
	read    bool
}

// origins are the blueprints that one is made from, itself included.
func (bp *blueprint) origins() []*blueprint {
	all := []*blueprint{bp}
	for i := range bp.Request.Agents {
		if t := bp.Request.Agents[i].Taken; t != nil {
			all = append(all, t.From.Blueprint.origins()...)
		}
	}
	return all
}
