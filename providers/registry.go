package providers

// Entry is a configured model with its settings.
type Entry struct {
	Settings Settings
	Model    Model
}

// Registry holds the configured models by the names of their blocks. It is not
// changed once it is in use.
type Registry map[string]Entry
