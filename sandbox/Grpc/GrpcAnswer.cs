using Google.Protobuf;

namespace Hobom.Slices.Sandbox.Grpc;

/// <summary>The statuses these backends answer with; the numbers are gRPC's.</summary>
public enum GrpcStatus
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    NotFound = 5,
    Unimplemented = 12,
    Internal = 13,
    Unauthenticated = 16,
}

/// <summary>The end of one unary call: a message, or a status other than OK and its text.</summary>
public sealed record GrpcAnswer(GrpcStatus Status, string Detail, IMessage? Message)
{
    public static GrpcAnswer Of(IMessage message) => new(GrpcStatus.Ok, "", message);

    public static GrpcAnswer Refused(GrpcStatus status, string detail) => new(status, detail, Message: null);
}
