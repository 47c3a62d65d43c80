package engine

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// snapshotFormat is the version of what follows. It changes with every change
// of [State], of what is saved of it, and of what fold makes of an event: a
// snapshot of another format is not read.
const snapshotFormat = 8

// A snapshot is a head of six bytes, the format, how the rest is written, and
// the rest's checksum, then the rest: the length of a savedState as JSON, that,
// and the messages.
const (
	snapshotHead     = 6
	snapshotPlain    = 0
	snapshotDeflated = 1
	// deflateFrom is the size from which it pays to deflate.
	deflateFrom = 64 << 10
	// maxState bounds the texts of a state in bytes.
	maxState = 16 << 20
)

var errSnapshot = errors.New("snapshot does not fit")

// savedState is a [State] without what follows from the rest of it.
type savedState struct {
	Session string `json:"session"`
	Hash    string `json:"hash"`
	Mark    Mark   `json:"mark"`

	Head        uint64        `json:"head"`
	Last        time.Time     `json:"last"`
	Created     time.Time     `json:"created"`
	Started     time.Time     `json:"started"`
	Paused      bool          `json:"paused,omitempty"`
	PausedAt    time.Time     `json:"paused_at"`
	PauseReason *Reason       `json:"pause_reason,omitempty"`
	Held        time.Duration `json:"held,omitempty"`
	InputClosed bool          `json:"input_closed,omitempty"`
	StopAsked   *StopAsked    `json:"stop_asked,omitempty"`
	Final       *Finalizing   `json:"final,omitempty"`
	Ended       *Ended        `json:"ended,omitempty"`
	RootDone    *Left         `json:"root_done,omitempty"`
	Opening     string        `json:"opening,omitempty"`
	History     int           `json:"history,omitempty"`
	Copying     uint64        `json:"copying,omitempty"`
	Firing      *StopFired    `json:"firing,omitempty"`
	Broken      *broken       `json:"broken,omitempty"`
	FinalOver   bool          `json:"final_over,omitempty"`
	FinalErr    string        `json:"final_err,omitempty"`

	messages []message // written apart

	Lobby    []int                 `json:"lobby,omitempty"`
	Frames   []savedFrame          `json:"frames,omitempty"`
	LastID   int                   `json:"last_id"`
	Turns    []savedTurn           `json:"turns,omitempty"`
	LastTurn int                   `json:"last_turn"`
	Marks    map[string][]string   `json:"marks,omitempty"`
	Use      map[string]savedUse   `json:"use"`
	Latched  map[remembered]bool   `json:"latched,omitempty"`
	Judged   map[remembered]judged `json:"judged,omitempty"`
	// Succeeded are tools.
	Succeeded map[remembered]bool `json:"succeeded,omitempty"`
	PausedBy  map[remembered]bool `json:"paused_by,omitempty"`
	Clients   map[string]accepted `json:"clients,omitempty"`
	Repeats   *repeats            `json:"repeats,omitempty"`

	Counts  savedCounts `json:"counts"`
	Costly  bool        `json:"costly,omitempty"`
	Owner   string      `json:"owner,omitempty"`
	Lost    claim       `json:"lost,omitzero"`
	Warned  []string    `json:"warned,omitempty"`
	Outcome string      `json:"outcome,omitempty"`
}

type savedFrame struct {
	ID      int     `json:"id"`
	Parent  int     `json:"parent,omitempty"`
	Slot    int     `json:"slot"`
	Path    string  `json:"path"`
	Context *[]int  `json:"context,omitempty"`
	Note    string  `json:"note,omitempty"`
	From    int     `json:"from,omitempty"`
	Course  course  `json:"course,omitzero"`
	View    []int   `json:"view,omitempty"`
	Turns   int     `json:"turns,omitempty"`
	Rounds  int     `json:"rounds,omitempty"`
	Idle    int     `json:"idle,omitempty"`
	Tries   int     `json:"tries,omitempty"`
	Said    int     `json:"said"`
	Summary int     `json:"summary"`
	Counted bool    `json:"counted,omitempty"`
	Open    []int   `json:"open,omitempty"`
	Pass    []int   `json:"pass,omitempty"`
	Visits  []int   `json:"visits,omitempty"`
	Ended   int     `json:"ended"`
	Result  []int   `json:"result,omitempty"`
	LastMsg int     `json:"last"`
	Pending []int   `json:"pending,omitempty"`
	Merged  int     `json:"merged,omitempty"`
	Draft   int     `json:"draft"`
	Best    int     `json:"best"`
	Score   float64 `json:"score,omitempty"`
	Accept  bool    `json:"accepted,omitempty"`
	Call    string  `json:"call,omitempty"`
	Calls   int     `json:"calls,omitempty"`
	Floor   *floor  `json:"floor,omitempty"`

	Passed map[int]savedResult `json:"passed,omitempty"`
	Data   map[string]any      `json:"data,omitempty"`

	Ballots []ballot `json:"ballots,omitempty"`
	Repeats *repeats `json:"repeats,omitempty"`
}

type savedResult struct {
	OK       bool  `json:"ok,omitempty"`
	Messages []int `json:"messages,omitempty"`
	Held     *Said `json:"held,omitempty"`
	Turn     int   `json:"turn,omitempty"`
	Data     any   `json:"data,omitempty"`
}

type savedTurn struct {
	Cap     int    `json:"cap,omitempty"`
	Claim   claim  `json:"claim,omitzero"`
	Turn    int    `json:"turn"`
	Frame   int    `json:"frame,omitempty"`
	Slot    int    `json:"slot"`
	Name    string `json:"name"`
	Role    string `json:"role,omitempty"`
	Decides bool   `json:"decides,omitempty"`

	Stop    remembered `json:"stop,omitzero"`
	Note    string     `json:"note,omitempty"`
	Answers int        `json:"answers"`
	Context *[]int     `json:"context,omitempty"`
	Final   bool       `json:"final,omitempty"`
	Started time.Time  `json:"started"`
	Seq     uint64     `json:"seq"`
	Link    int        `json:"link,omitempty"`
	Attempt int        `json:"attempt,omitempty"`
	Call    int        `json:"call,omitempty"`
	CallSeq uint64     `json:"call_seq,omitempty"`
	Mark    int        `json:"mark,omitempty"`
	Repairs int        `json:"repairs,omitempty"`
	Used    int        `json:"used,omitempty"`
	RetryAt time.Time  `json:"retry_at"`
	Cooling bool       `json:"cooling,omitempty"`
	Summing bool       `json:"summing,omitempty"`
	Summed  bool       `json:"summed,omitempty"`
	UpTo    int        `json:"up_to,omitempty"`
	Said    bool       `json:"said,omitempty"`
	Via     string     `json:"via,omitempty"`
	For     string     `json:"for,omitempty"`
	Asker   int        `json:"asker,omitempty"`

	Extra   []providers.Message `json:"extra,omitempty"`
	Pending []savedTool         `json:"pending,omitempty"`
}

type savedTool struct {
	Call   providers.ToolCall `json:"call"`
	Asked  bool               `json:"asked,omitempty"`
	Over   bool               `json:"over,omitempty"`
	Done   bool               `json:"done,omitempty"`
	Result string             `json:"result,omitempty"`
	Failed bool               `json:"failed,omitempty"`

	Approval approval  `json:"approval,omitempty"`
	Step     stepState `json:"step,omitempty"`
}

type savedUse struct {
	Turns     int       `json:"turns,omitempty"`
	Tokens    int       `json:"tokens,omitempty"`
	Spent     []spent   `json:"spent,omitempty"`
	CoolUntil time.Time `json:"cool_until"`
	Said      int       `json:"said,omitempty"`
	Active    time.Time `json:"active"`
	Summary   string    `json:"summary,omitempty"`
	SummedTo  int       `json:"summed_to,omitempty"`
	Own       []int     `json:"own,omitempty"`
}

type savedCounts struct {
	Turns     int            `json:"turns"`
	Rounds    int            `json:"rounds"`
	Calls     int            `json:"calls"`
	ToolCalls int            `json:"tool_calls"`
	Handoffs  int            `json:"handoffs"`
	Usage     specs.EnvUsage `json:"usage"`
}

// encode writes a snapshot of a state, of which no other goroutine writes.
func (st *State) encode(m Mark) ([]byte, error) {
	size := 0
	for i := range st.messages {
		size += len(st.messages[i].content)
	}
	if size > maxState {
		return nil, errLarge
	}
	saved, err := json.Marshal(st.saved(m))
	if err != nil {
		return nil, err
	}
	plain := binary.AppendUvarint(make([]byte, 0, len(saved)+size+size/4+64*len(st.messages)), uint64(len(saved)))
	plain = appendMessages(append(plain, saved...), st.messages)
	head := [snapshotHead]byte{snapshotFormat, snapshotPlain}
	binary.BigEndian.PutUint32(head[2:], crc32.ChecksumIEEE(plain))
	if len(plain) < deflateFrom {
		return append(head[:], plain...), nil
	}
	head[1] = snapshotDeflated
	b := bytes.NewBuffer(head[:])
	w, err := flate.NewWriter(b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if b.Len() > maxSnapshot {
		return nil, errLarge
	}
	return b.Bytes(), nil
}

// decodeState reads a snapshot of a session of a template.
func decodeState(t *Template, session string, b []byte) (*State, Mark, error) {
	plain, err := inflate(b)
	if err != nil {
		return nil, Mark{}, err
	}
	size, n := binary.Uvarint(plain)
	if n <= 0 || size > uint64(len(plain)-n) { //nolint:gosec // n is within plain
		return nil, Mark{}, fmt.Errorf("%w: it is damaged", errSnapshot)
	}
	end := n + int(size) //nolint:gosec // at most len(plain)
	var saved savedState
	if err := json.Unmarshal(plain[n:end], &saved); err != nil {
		return nil, Mark{}, err
	}
	if saved.messages, err = readMessages(plain[end:]); err != nil {
		return nil, Mark{}, err
	}
	if saved.Session != session || saved.Hash != t.Hash || saved.Head == 0 || saved.Mark.Seq > saved.Head {
		return nil, Mark{}, fmt.Errorf("%w: it is of another session or template", errSnapshot)
	}
	st, err := saved.state(t)
	return st, saved.Mark, err
}

func inflate(b []byte) ([]byte, error) {
	if len(b) < snapshotHead || b[0] != snapshotFormat {
		return nil, fmt.Errorf("%w: it has another format", errSnapshot)
	}
	plain := b[snapshotHead:]
	if b[1] == snapshotDeflated {
		var err error
		if plain, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(plain)), 4*maxState)); err != nil {
			return nil, err
		}
	}
	if crc32.ChecksumIEEE(plain) != binary.BigEndian.Uint32(b[2:]) {
		return nil, fmt.Errorf("%w: it is damaged", errSnapshot)
	}
	return plain, nil
}
