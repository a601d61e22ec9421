package main

import "github.com/spf13/cobra"

func fuzzCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "fuzz",
		Short: "Give bytes to this implementation, and to others",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(fuzzPeerCommand(), fuzzServeCommand())
	return c
}
