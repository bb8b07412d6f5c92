using Hobom.Slices.Audit;

namespace Hobom.Slices.Http.AuditRoutes;

static class AuditQueryFields
{
    public static AuditFilter Filter(this QueryFields fields) => new(fields.Text("actor"), fields.Text("action"), fields.Key("key"));
}
