package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// FormBinary, FormHex and FormBase64 are the forms that an input can have.
const (
	FormBinary = "binary"
	FormHex    = "hex"
	FormBase64 = "base64"
)

// Decode turns the input into bytes. Without a form it is hex if it has only
// hex digits and white space, base64 if it has only that alphabet, or binary.
// No MLSMessage can be mistaken for text: it starts with a zero byte.
func Decode(raw []byte, form string) ([]byte, string, error) {
	if len(raw) == 0 {
		return nil, "", errors.New("the input is empty")
	}
	text := strings.Join(strings.Fields(string(raw)), "")
	switch form {
	case FormBinary:
		return raw, form, nil
	case FormHex:
		b, err := unhex(text)
		return b, form, err
	case FormBase64:
		b, err := unbase64(text)
		return b, form, err
	case "":
	default:
		return nil, "", fmt.Errorf("--encoding: read %q, expected binary, hex or base64", form)
	}
	if text == "" {
		return nil, "", errors.New("the input is only white space")
	}
	if isHex(text) {
		b, err := unhex(text)
		return b, FormHex, err
	}
	if b, err := unbase64(text); err == nil && !bytes.ContainsRune(raw, 0) {
		return b, FormBase64, nil
	}
	return raw, FormBinary, nil
}

func isHex(text string) bool {
	return strings.Trim(strings.TrimPrefix(text, "0x"), "0123456789abcdefABCDEF") == ""
}

func unhex(text string) ([]byte, error) {
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if errors.Is(err, hex.ErrLength) {
		return nil, fmt.Errorf("hex with an odd number of digits, %d", len(text))
	}
	return b, err
}

// unbase64 takes both alphabets, with and without padding.
func unbase64(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}
