package group

import (
	"errors"

	"mlsref/impl/treedem"
)

// Errors that are no broken rule: the message is for somebody else, or the caller
// asks for what cannot be.
var (
	// ErrOwnMessage says that a message is this member's own.
	ErrOwnMessage = treedem.ErrOwnMessage
	// ErrLoaded says that a group that was saved and loaded must commit first, with a
	// path and in a PublicMessage, before it encrypts anything.
	ErrLoaded = errors.New("the group was loaded: it sends after a Commit of its own, with a path and as a PublicMessage")
	// ErrNotForUs says that a Welcome names none of this client's KeyPackages.
	ErrNotForUs = errors.New("the Welcome is for none of this client's key packages")
	// ErrNoWelcome says that what should be a Welcome is another MLSMessage.
	ErrNoWelcome = errors.New("the message is no Welcome")
	// ErrNoGroupInfo says that what should be a GroupInfo is another MLSMessage.
	ErrNoGroupInfo = errors.New("the message is no GroupInfo")
	// ErrNotThere says that a GroupInfo, by which a client would come back, is of a group
	// or an epoch without it.
	ErrNotThere = errors.New("no leaf of the group is this client's")
	// ErrNotFramed says that an MLSMessage is none that a member receives in its group.
	ErrNotFramed = errors.New("the message is neither a PublicMessage nor a PrivateMessage")

	errOutside   = errors.New("the sender of a pending external Commit is no member yet and can read nothing else")
	errNotClosed = errors.New("no ReInit was committed in this group")
)
