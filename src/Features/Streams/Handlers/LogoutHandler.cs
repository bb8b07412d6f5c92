namespace Hobom.Slices.Streams;

/// <summary><c>auth</c> <c>logout</c>: the last logout.</summary>
public static class LogoutHandler
{
    public static EntryHandler Handler { get; } = EntryHandler.OfUser("auth", "logout", (dated, user) =>
        Changes.Of(new StateChange.Raise(StateKey.User(user), "last_logout", dated.TimeText)));
}
