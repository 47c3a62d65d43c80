// Package peers tests the dialects against programs that others have written:
// what our own stand-ins and our clients understand of a vendor in the same
// wrong way, an independent one does not.
package peers
