package server

import "net/http"

// listProviders shows the providers for requests without a template, usable
// ones first.
func (s *Server) listProviders(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, s.providerList())
	return nil
}

func (s *Server) providerList() object[ProviderInfo] {
	usable, other := object[ProviderInfo]{}, object[ProviderInfo]{}
	for _, p := range s.cfg.ProviderList {
		if len(p.Models) == 0 && p.DefaultModel != "" {
			p.Models = []string{p.DefaultModel}
		}
		if p.IsAvailable {
			usable = append(usable, member[ProviderInfo]{p.Key, p})
		} else {
			other = append(other, member[ProviderInfo]{p.Key, p})
		}
	}
	return append(usable, other...)
}

// firstProvider is the provider of a built-in template's agents: the first
// that can be called, or empty when there is none.
func (s *Server) firstProvider() string {
	for _, p := range s.cfg.ProviderList {
		if _, ok := s.cfg.Models[p.Key]; ok && p.IsAvailable {
			return p.Key
		}
	}
	return ""
}
