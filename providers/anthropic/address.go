package anthropic

// BaseURL is where the service is when a configuration says nothing else.
func BaseURL() string { return baseURL }
