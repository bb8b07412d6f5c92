using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with its text, or its bytes where the key ends in <c>-bin</c>.</summary>
    public class Entry
    {
        private static readonly SearchValues<char> KeyCharacters =
            SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

        private readonly string? text;
        private readonly byte[]? bytes;

        /// <param name="key">Put into lower case; must not end in <c>-bin</c>.</param>
        public Entry(string key, string value)
            : this(key, isBinary: false)
        {
            ArgumentNullException.ThrowIfNull(value);
            text = value;
        }

        /// <param name="key">Put into lower case; must end in <c>-bin</c>.</param>
        public Entry(string key, byte[] valueBytes)
            : this(key, isBinary: true)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            bytes = [.. valueBytes];
        }

        private Entry(string key, bool isBinary)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            Key = key.ToLowerInvariant();
            if (Key.AsSpan().ContainsAnyExcept(KeyCharacters))
                throw new ArgumentException("A metadata key holds only letters, digits, '_', '-' and '.'.", nameof(key));
            if (Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal) != isBinary)
                throw new ArgumentException("Keys that end in '-bin' take bytes, all others text.", nameof(key));
        }

        public string Key { get; }

        public bool IsBinary => bytes is not null;

        public string Value => text ?? throw new InvalidOperationException("A binary entry has no text.");

        public byte[] ValueBytes => bytes is null ? Encoding.ASCII.GetBytes(Value) : [.. bytes];
    }
}
