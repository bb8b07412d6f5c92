using Hobom.Slices.DeadLetters.Letters;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>What a GET found where another program may have put anything.</summary>
static class RedisReading
{
    public const string OtherType = "the key does not hold a string: another program uses it";

    public static async Task<RecordReading> RecordAsync(Task<RedisValue> record) =>
        await IsOfAnotherTypeAsync(record)
            ? new RecordReading.Unreadable("the letter's record cannot be read: it is not a string", null)
            : (byte[]?)await record is { } text ? LetterRecordText.Parse(text) : RecordReading.None.Instance;

    public static async Task<bool> IsOfAnotherTypeAsync(Task read)
    {
        try
        {
            await read;
            return false;
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return true;
        }
    }
}
