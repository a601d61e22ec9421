package main

import (
	"github.com/spf13/cobra"

	"mlsref/fuzz/dictionary"
)

func fuzzDictionaryCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dictionary",
		Short: "Print the words of MLS as a dictionary for libFuzzer or AFL",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write(dictionary.File())
			return err
		},
	}
}
