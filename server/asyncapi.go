package server

import (
	"encoding/json"
	"fmt"
)

// asyncAPI is the description of the sockets; its schemas are those of REST.
func asyncAPI(version string, schemas tree) ([]byte, error) {
	text, err := docFiles.ReadFile("docs/asyncapi.json")
	if err != nil {
		return nil, err
	}
	var doc struct {
		AsyncAPI    string         `json:"asyncapi"`
		Info        map[string]any `json:"info"`
		ContentType string         `json:"defaultContentType"`
		Channels    map[string]any `json:"channels"`
		Operations  map[string]any `json:"operations"`
		Components  map[string]any `json:"components"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("docs/asyncapi.json: %w", err)
	}
	doc.Info["version"] = orDefault(version, "unknown")
	doc.Components["schemas"] = schemas
	return json.Marshal(doc)
}
