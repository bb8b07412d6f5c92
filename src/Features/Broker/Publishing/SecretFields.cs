using Hobom.Slices.Rows;

namespace Hobom.Slices.Broker.Publishing;

static class SecretFields
{
    public static BrokerEvent Hash(BrokerEvent given) => given with
    {
        SessionId = SecretText.Hash(given.SessionId), Metadata = SecretText.HashEmail(given.Metadata),
    };
}
