package server

import "testing"

func TestOrigins(t *testing.T) {
	o, err := parseOrigins([]string{"http://localhost:*", "http://127.0.0.1:*", "https://app.example.com", "https://other.example.com:8443"})
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]bool{
		"http://localhost:3000": true, "http://localhost": true, "http://127.0.0.1:5173": true, "HTTP://LOCALHOST:3000": true,
		"https://app.example.com": true, "https://other.example.com:8443": true,
		"https://localhost:3000": false, "http://localhost.evil.example": false, "http://evil.example:80": false, "http://localhost:3000@evil.example": false,
		"http://localhost:3000/": false, "https://app.example.com:8443": false, "https://app.example.com.evil.example": false,
		"https://other.example.com": false, "null": false, "": false, "http://": false, "http://localhost:x": false, "file://": false,
	} {
		if got := o.allow(origin); got != want {
			t.Errorf("%q: got %v, want %v", origin, got, want)
		}
	}
	for _, text := range []string{"", "localhost", "http://", "http://*", "https://*.example.com", "http://a/b", "http://a:80:*", "*:*", "http://a b"} {
		if _, err := parseOrigins([]string{text}); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
	if o, err := parseOrigins([]string{"*"}); err != nil || !o.allow("https://anywhere.example") {
		t.Errorf("*: %v", err)
	}
}
