package google

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Failure reads the answer to a call that failed. The service says the same of
// a limit of the minute and of one of the day; their details differ.
func Failure(status int, h http.Header, body []byte) *providers.Error {
	e := providers.Failure(status, h, body)
	if complaint, _ := providers.ReadComplaint(body); status != http.StatusTooManyRequests && complaint.Number != http.StatusTooManyRequests {
		return e
	}
	after, ids := limits(body)
	e.Kind = providers.RateLimited
	if e.RetryAfter == 0 {
		e.RetryAfter = after
	}
	if slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(id, "PerDay") }) {
		e.Kind, e.RetryAfter = providers.Quota, 0
	}
	return e
}

// limits are the wait that the details of a failure ask for, and the names of
// the limits that it tells.
func limits(body []byte) (after time.Duration, ids []string) {
	type failure struct {
		Error struct {
			Details []struct {
				RetryDelay string `json:"retryDelay"`
				Violations []struct {
					ID string `json:"quotaId"`
				} `json:"violations"`
			} `json:"details"`
		} `json:"error"`
	}
	var list []failure
	if json.Unmarshal(body, &list) != nil {
		list = make([]failure, 1)
		if json.Unmarshal(body, &list[0]) != nil {
			return 0, nil
		}
	}
	for _, f := range list {
		for _, d := range f.Error.Details {
			if wait, err := time.ParseDuration(d.RetryDelay); err == nil {
				after = max(after, min(wait, 24*time.Hour))
			}
			for _, v := range d.Violations {
				ids = append(ids, v.ID)
			}
		}
	}
	return after, ids
}
