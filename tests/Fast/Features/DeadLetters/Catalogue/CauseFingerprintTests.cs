using FsCheck.Xunit;
using Hobom.Slices.DeadLetters.Catalogue;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue;

public sealed class CauseFingerprintTests
{
    [Theory]
    [InlineData("Local: Message timed out", "Local: Message timed out")]
    [InlineData("", "")]
    [InlineData("took 1,204.5 ms after 3 tries", "took <n> ms after <n> tries")]
    [InlineData("offset -17 is gone", "offset <n> is gone")]
    [InlineData("broker kafka-1.internal:9092 timed out", "broker <host> timed out")]
    [InlineData("localhost:9092/bootstrap: Connect failed", "<host>/bootstrap: Connect failed")]
    [InlineData("no route to mail.example.org today", "no route to <host> today")]
    [InlineData("connect to 10.0.0.7:9092 refused", "connect to <address> refused")]
    [InlineData("connect to [fe80::1]:9092 refused", "connect to <address> refused")]
    [InlineData("GET https://api.example.org/v1/users?id=7 said 500", "GET <url> said <n>")]
    [InlineData("no such user anna.b+x@mail.example.org", "no such user <email>")]
    [InlineData("row 0192F0C1-7a3b-4c4d-8e5f-001122334455 is locked", "row <id> is locked")]
    [InlineData("object 66f1a0b2c3d4e5f601234567 not found", "object <hex> not found")]
    [InlineData("address 0x7ffe12 faulted", "address <hex> faulted")]
    [InlineData("event order_2024_0007 refused", "event <id> refused")]
    [InlineData("since 2026-03-05T12:51:13.123Z nothing", "since <time> nothing")]
    [InlineData("'HEAD' is no method", "<value> is no method")]
    [InlineData("the field \"pageId\" is 12 long", "the field <value> is <n> long")]
    [InlineData("can't reach it, don't wait", "can't reach it, don't wait")]
    [InlineData("System.TimeoutException in System.Net.Http", "System.TimeoutException in System.Net.Http")]
    [InlineData("unknown topic hobom.messages", "unknown topic hobom.messages")]
    [InlineData("shard7 of node-12 is away", "shard<n> of node-<n> is away")]
    [InlineData("two\r\n lines\t here", "two lines here")]
    public void What_differs_from_letter_to_letter_is_taken_out(string error, string cause) =>
        Assert.Equal(cause, CauseFingerprint.Of(error));

    [Property]
    public bool Errors_that_differ_in_their_values_alone_have_one_cause(uint number, Guid id, ushort port)
    {
        var error = $"row {id} of user{number}@example.org at 10.1.2.{port % 256}:{port}: waited {number} ms for '{id:N}' since {number}";
        return CauseFingerprint.Of(error) == "row <id> of <email> at <address>: waited <n> ms for <value> since <n>";
    }

    [Property]
    public bool No_text_makes_it_throw_or_grow_long(string text) => CauseFingerprint.Of(text ?? "").Length <= 201;

    [Theory]
    [InlineData('\'')]
    [InlineData('a')]
    [InlineData('1')]
    [InlineData('.')]
    [InlineData('-')]
    [InlineData('[')]
    [InlineData('@')]
    public async Task A_hundred_thousand_times_the_same_character_takes_no_time(char one)
    {
        var cause = await Task.Run(() => CauseFingerprint.Of(new string(one, 100_000))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(cause.Length, 1, 201);
    }
}
